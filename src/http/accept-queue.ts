/**
 * How many connections may wait to be accepted. After an outage a county comes back within seconds, and who finds the queue full is dropped
 * without a word and waits for its own time to run out. Node.js's 511 are too few; the kernel holds it to `net.core.somaxconn`.
 */
export const ACCEPT_QUEUE = 65_535;

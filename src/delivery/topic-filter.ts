/** Whether a topic matches a subscription's filter: MQTT 3.1.1 §4.7, with `+` for one level and `#` for the rest. */
export function topicMatches(filter: string, topic: string): boolean {
  const levels = topic.split("/");
  const wanted = filter.split("/");
  for (const [index, level] of wanted.entries()) {
    if (level === "#") return true;
    if (levels[index] === undefined || (level !== "+" && level !== levels[index])) return false;
  }
  return levels.length === wanted.length;
}

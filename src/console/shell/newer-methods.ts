/** What the console and its libraries call and Chromium 109 lacks; a test opens every page in a browser that lacks all that is newer. */
import "core-js/actual/array/to-sorted.js";
import "core-js/actual/array/to-spliced.js";
import "core-js/actual/map/group-by.js";

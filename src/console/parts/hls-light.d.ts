/** What the package has no types of: all of it that a recording needs. */
declare module "hls.js/light" {
  export { default } from "hls.js";
}

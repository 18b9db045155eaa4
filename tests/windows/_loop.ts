export { loopTest } from "./_setup.ts";

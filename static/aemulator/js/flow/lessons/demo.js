import { scenes as happy } from "./happy-path.js";

/** The happy path that turns its pages itself: about seven seconds a scene. */
export const isAutomatic = true;
export const scenes = () => happy();

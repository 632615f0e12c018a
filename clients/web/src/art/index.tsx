/** Small drawings in the hand of the cats: outline #3a2b3f, flat fills. All are decoration. */

export { MeMark, Star, StoreMark } from "./marks";
export { SCENE_NAMES, Scene, type SceneName } from "./scenes";
export { Box, CouponTicket, Paw } from "./things";

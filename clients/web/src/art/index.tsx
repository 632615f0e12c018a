/** Small drawings in the hand of the cats: outline #3a2b3f, flat fills. */

export { MeMark, Star, StoreMark } from "./marks";
export { Scene, type SceneName } from "./scenes";
export { Box, CouponTicket } from "./things";

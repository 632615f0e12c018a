import { texts } from "../i18n";

export const say = texts({
  title: ["Catch the Cat", "捉猫猫"],
  subtitle: ["live from the street", "街头现场"],
  players: ["Players on line", "在线玩家"],
  catches: ["Cats caught", "捉到的猫"],
  coupons: ["Coupons won", "送出的优惠券"],
  perSecond: ["{count} a second", "每秒 {count}"],
  leaders: ["Today's best", "今日高手"],
  noLeaders: ["Nobody yet: be the first", "还没有人上榜，来当第一"],
  points: ["points", "分"],
  newest: ["New in town", "新店开张"],
  waiting: ["Getting the news …", "正在接收消息……"],
  live: ["live", "直播中"],
  quiet: ["No news for {seconds} s", "{seconds} 秒没有消息"],
  lost: ["Line lost for {seconds} s, trying again", "断线 {seconds} 秒，正在重连"],
  map: [
    "The city by night. {lit} catches have lit up so far.",
    "夜晚的城市。已点亮 {lit} 次捕捉。",
  ],
  language: ["中文", "English"],
  begins: ["begins in", "倒计时"],
  now: ["It's on!", "开始啦！"],
  days: ["{count} days", "{count} 天"],
});

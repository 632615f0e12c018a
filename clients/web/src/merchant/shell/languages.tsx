/** The other language, one tap away and in its own words. */

import { language, speak } from "../../i18n";

export function Languages() {
  const other = language.value === "zh" ? "en" : "zh";
  return (
    <button
      type="button"
      class="quiet"
      lang={other === "zh" ? "zh-CN" : "en"}
      onClick={() => speak(other)}
    >
      {other === "zh" ? "中文" : "English"}
    </button>
  );
}

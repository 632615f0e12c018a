/** The switch between the page's two languages; each is called as its speakers call it. */

import { language, speak, texts } from "../../i18n";

const say = texts({ language: ["Language", "语言"] });

const LANGUAGES = [
  ["en", "English", "en"],
  ["zh", "中文", "zh-CN"],
] as const;

export function LanguageSwitch() {
  return (
    <fieldset class="switch">
      <legend class="hidden-text">{say("language")}</legend>
      {LANGUAGES.map(([name, called, lang]) => (
        <button
          key={name}
          type="button"
          lang={lang}
          aria-pressed={language.value === name}
          onClick={() => speak(name)}
        >
          {called}
        </button>
      ))}
    </fieldset>
  );
}

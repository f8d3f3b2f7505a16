import { useTranslation } from "react-i18next";
import type { Say } from "./target-words.ts";

/** The texts as rule-words.ts and target-words.ts take them: their keys are held together by test/unit/console.test.ts. */
export const useSay = (): Say => useTranslation().t as unknown as Say;

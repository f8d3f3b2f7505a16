import { createRoot } from "react-dom/client";
import { rewrite } from "./dom.js";
import { onLanguageChange } from "./i18n.js";
import { askWhereProofIsNeeded } from "./parts/fresh-proof.tsx";
import { Console } from "./shell/console.tsx";
import { startTexts } from "./shell/texts.ts";
import { followTheme } from "./shell/theme.ts";
import "./shell/shell.css";

// The last Chromium for the offices' Windows 7.
if (!("groupBy" in Map)) await import("./shell/newer-methods.ts");
followTheme();
await startTexts();
// What is not drawn by React says it anew by itself.
onLanguageChange(() => rewrite());
askWhereProofIsNeeded();
setInterval(() => rewrite("[data-tick]"), 1000);
createRoot(document.getElementById("page") as HTMLElement).render(<Console />);

import { Button } from "antd";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import "./copyable.css";

/** A page has a clipboard with HTTPS alone; what is selected browsers copy all the same. @returns whether it was copied */
async function copyText(shown: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(shown.innerText);
    return true;
  } catch {
    getSelection()?.selectAllChildren(shown);
    return document.execCommand("copy");
  }
}

/** A text to be copied by a button. Where no browser lets it, it is selected, for the keyboard. */
export function Copyable({ text }: { text: string }) {
  const { t } = useTranslation();
  const shown = useRef<HTMLElement>(null);
  const [isCopied, setCopied] = useState<boolean | null>(null);
  return (
    <div className="secret-box">
      <code ref={shown} className="secret">
        {text}
      </code>
      <span className="buttons">
        <Button onClick={() => void (shown.current && copyText(shown.current).then(setCopied))}>
          {t("copy.do")}
        </Button>
        {/* Beside it, as a dialog lies over what is announced. */}
        <span role="status">{isCopied !== null && t(isCopied ? "copy.done" : "copy.byHand")}</span>
      </span>
    </div>
  );
}

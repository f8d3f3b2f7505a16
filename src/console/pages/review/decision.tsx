import { Button } from "antd";
import { type RefObject, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { asProblem } from "../../api.js";
import type { Content, ReviewCase } from "../../api-types.ts";
import { forgetHeard } from "../../heard.js";
import { announce } from "../../notices.js";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { type Collection, returnContent, signContent } from "../../parts/review-requests.ts";
import { nameOf } from "../../parts/review-words.ts";
import { sentence } from "../../server-words.js";

interface Props {
  kind: Collection;
  seen: ReviewCase;
  isHeard: boolean;
}
/** With what was seen and heard as somebody asked: that is what is signed, whatever comes of it under an open dialog. */
interface Asked extends Props {
  act: "sign" | "urge" | "return";
}

/** What the server has not played, or not lately, counts on the page as little. */
async function sign(kind: Collection, seen: ReviewCase, urgent: string | null): Promise<Content> {
  try {
    return await signContent(kind, seen, urgent);
  } catch (error) {
    if (asProblem(error).code === "not-played-through")
      for (const { sha256 } of seen.parts) forgetHeard(sha256);
    throw error;
  }
}

/** Signing, letting air at once, and returning: whatever whoever looks can do about it. */
export function Decision({ kind, seen, isHeard }: Props) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [asked, setAsked] = useState<Asked | null>(null);
  const ask = (act: Asked["act"]) => setAsked({ act, kind, seen, isHeard });
  const done = {
    onClose: () => setAsked(null),
    onDone(key: "review.signed" | "review.returned") {
      announce(() => t(key, { what: nameOf(seen) }));
      void navigate("/review");
    },
  };
  return (
    <>
      {seen.review.next !== null && (
        <Choices seen={seen} isHeard={isHeard} next={seen.review.next} onAsk={ask} />
      )}
      {asked?.act === "sign" && <SignDialog {...asked} {...done} />}
      {asked?.act === "urge" && <UrgeDialog {...asked} {...done} />}
      {asked?.act === "return" && <ReturnDialog {...asked} {...done} />}
    </>
  );
}

interface ChoicesProps extends Omit<Props, "kind"> {
  next: NonNullable<ReviewCase["review"]["next"]>;
  onAsk: (act: Asked["act"]) => void;
}

/** What whoever looks can do about it now, and why not more. */
function Choices({
  seen: { digest, lacks, myTurn, mayUrge, whyNotMe, playThrough },
  isHeard,
  next,
  onAsk,
}: ChoicesProps) {
  const { t } = useTranslation();
  const isWhole = digest !== null;
  const mustHear = isWhole && playThrough && !isHeard;
  return (
    <>
      {!isWhole && (
        <p className="warning">
          {t("review.notWhole")}
          {lacks.map(({ at, message }) => (
            <span key={`${at} ${message}`} className="hint">
              {" "}
              {sentence(message)}
            </span>
          ))}
        </p>
      )}
      {!myTurn && whyNotMe !== null && (
        <p className="hint">{sentence([whyNotMe.detail, whyNotMe.hint].filter(Boolean).join(" "))}</p>
      )}
      <div className="buttons">
        {myTurn && (
          <>
            <Button type="primary" disabled={mustHear || !isWhole} onClick={() => onAsk("sign")}>
              {t("review.sign", { step: t(`step.${next}`) })}
            </Button>
            <Button onClick={() => onAsk("return")}>{t("review.return")}</Button>
          </>
        )}
        {mayUrge && (
          <Button disabled={mustHear || !isWhole} onClick={() => onAsk("urge")}>
            {t("review.urge")}
          </Button>
        )}
      </div>
      {(myTurn || mayUrge) && mustHear && <p className="hint">{t("review.hearFirst")}</p>}
    </>
  );
}

interface DialogProps extends Props {
  onClose: () => void;
  onDone: (key: "review.signed" | "review.returned") => void;
}

function SignDialog({ kind, seen, isHeard, onClose, onDone }: DialogProps) {
  const { t } = useTranslation();
  const step = seen.review.next ?? "final";
  return (
    <ConfirmDialog
      title={t("review.signTitle", { step: t(`step.${step}`) })}
      confirm={t("review.signNow")}
      run={() => sign(kind, seen, null)}
      onDone={() => onDone("review.signed")}
      onClose={onClose}
    >
      <p>{t(step === "final" ? "review.signLast" : "review.signNext", { what: nameOf(seen) })}</p>
      <WhatIsSigned seen={seen} isHeard={isHeard} />
    </ConfirmDialog>
  );
}

function UrgeDialog({ kind, seen, isHeard, onClose, onDone }: DialogProps) {
  const { t } = useTranslation();
  const reason = useRef<HTMLTextAreaElement>(null);
  return (
    <ConfirmDialog
      title={t("review.urgeTitle")}
      confirm={t("review.urge")}
      isGrave
      first={reason}
      run={() => sign(kind, seen, reason.current?.value.trim() ?? "")}
      onDone={() => onDone("review.signed")}
      onClose={onClose}
    >
      <p>{t("review.urgeText", { what: nameOf(seen) })}</p>
      <Reason field={reason} label={t("review.urgeReason")} />
      <WhatIsSigned seen={seen} isHeard={isHeard} />
    </ConfirmDialog>
  );
}

function ReturnDialog({ kind, seen, onClose, onDone }: DialogProps) {
  const { t } = useTranslation();
  const reason = useRef<HTMLTextAreaElement>(null);
  return (
    <ConfirmDialog
      title={t("review.returnTitle")}
      confirm={t("review.return")}
      first={reason}
      run={() => returnContent(kind, seen, reason.current?.value.trim() ?? "")}
      onDone={() => onDone("review.returned")}
      onClose={onClose}
    >
      <p>{t("review.returnText", { what: nameOf(seen) })}</p>
      <Reason field={reason} label={t("review.reason")} />
    </ConfirmDialog>
  );
}

function Reason({ field, label }: { field: RefObject<HTMLTextAreaElement | null>; label: string }) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <textarea ref={field} id={id} rows={4} maxLength={1000} required />
    </div>
  );
}

/** What a signature will say. */
function WhatIsSigned({ seen: { review, digest }, isHeard }: Pick<Props, "seen" | "isHeard">) {
  const { t } = useTranslation();
  return (
    <>
      <p>{t(isHeard ? "review.signHeard" : "review.signUnheard")}</p>
      {review.openComments > 0 && (
        <p className="warning">{t("review.openComments", { count: review.openComments })}</p>
      )}
      <p className="hint">
        {t("review.signDigest")} <code>{digest?.slice(0, 12)}</code>
      </p>
    </>
  );
}

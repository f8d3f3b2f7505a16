import { Button } from "antd";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { may } from "../../api.js";
import type { Content } from "../../api-types.ts";
import { announce } from "../../notices.js";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { TextField } from "../../parts/fields.tsx";
import { type Collection, submitContent, withdrawApproval } from "../../parts/review-requests.ts";
import { contentName, isOpen } from "../../parts/review-words.ts";
import { isWhole } from "./content-data.ts";

interface Props {
  kind: Collection;
  content: Content;
  onChanged: (content: Content) => void;
}
type Asked = "submit" | "withdraw" | "settle";

/** Submitting it, going to listen to it, taking the approval back. */
export function ReviewActions({ kind, content, onChanged }: Props) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState<Asked | null>(null);
  const { id, review } = content;
  const isApproved = review.state === "approved";
  const canSubmit = may("content:edit") && (isApproved ? review.again : !isOpen(review));
  const canSettle = !isOpen(review) && review.owed !== null && may("content:withdraw");
  const whole = isWhole(content);
  return (
    <>
      <div className="buttons">
        {canSubmit && (
          <Button type="primary" disabled={!whole} onClick={() => setAsked("submit")}>
            {t(review.again ? "review.submitAgain" : "review.submit")}
          </Button>
        )}
        {(whole || isOpen(review)) && <Button href={`#/review/${kind}/${id}`}>{t("review.open")}</Button>}
        {isApproved && may("content:withdraw") && (
          <Button onClick={() => setAsked("withdraw")}>{t("content.withdraw")}</Button>
        )}
        {canSettle && <Button onClick={() => setAsked("settle")}>{t("review.settle")}</Button>}
      </div>
      {canSubmit && !whole && <p className="hint">{t("review.submitNotYet")}</p>}
      {asked === "submit" && (
        <SubmitDialog kind={kind} content={content} onChanged={onChanged} onClose={() => setAsked(null)} />
      )}
      {(asked === "withdraw" || asked === "settle") && (
        <WithdrawDialog
          kind={kind}
          content={content}
          isSettling={asked === "settle"}
          onChanged={onChanged}
          onClose={() => setAsked(null)}
        />
      )}
    </>
  );
}

type DialogProps = Props & { onClose: () => void };

function SubmitDialog({ kind, content, onChanged, onClose }: DialogProps) {
  const { t } = useTranslation();
  const what = contentName(content);
  return (
    <ConfirmDialog
      title={t("review.submitTitle")}
      confirm={t("review.submit")}
      run={() => submitContent(kind, content.id)}
      onDone={(changed) => {
        onChanged(changed);
        announce(() => t("review.submitDone", { what }));
      }}
      onClose={onClose}
    >
      <p>{t("review.submitText", { what })}</p>
    </ConfirmDialog>
  );
}

/** @param isSettling whether it gives up what an urgent signature still owes */
function WithdrawDialog({
  kind,
  content,
  isSettling,
  onChanged,
  onClose,
}: DialogProps & { isSettling: boolean }) {
  const { t } = useTranslation();
  const reason = useRef<HTMLInputElement>(null);
  const what = contentName(content);
  return (
    <ConfirmDialog
      title={t(isSettling ? "review.settle" : "content.withdrawTitle")}
      confirm={t(isSettling ? "review.settle" : "content.withdraw")}
      isGrave={!isSettling}
      run={() => withdrawApproval(kind, content.id, reason.current?.value.trim() ?? "")}
      onDone={(changed) => {
        onChanged(changed);
        announce(() => t("content.withdrawDone", { what }));
      }}
      onClose={onClose}
    >
      <p>{t(isSettling ? "review.settleText" : "content.withdrawText", { what })}</p>
      <TextField ref={reason} label={t("review.why")} maxLength={1000} required={isSettling} />
    </ConfirmDialog>
  );
}

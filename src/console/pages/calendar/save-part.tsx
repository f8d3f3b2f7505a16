import { Button } from "antd";
import { useTranslation } from "react-i18next";
import type { Schedule } from "../../api-types.ts";
import { fieldNames } from "./field-names.ts";
import { ConflictReason, isOvertaken, SaveProblem, type useCheck, type useSave } from "./saving.tsx";

interface Props {
  name: string;
  check: ReturnType<typeof useCheck>;
  save: ReturnType<typeof useSave>;
  reason: string;
  onReason: (reason: string) => void;
  isChanged: boolean;
  /** What somebody else saved since this was opened. */
  overtaken: { theirs: Schedule; mine: number; fields: string[] } | null;
  onTakeTheirs: (schedule: Schedule) => void;
  onKeepMine: (schedule: Schedule) => void;
  onLookAgain: () => void;
}

/** Saving: with a reason where there are conflicts, and never over what somebody else saved without being told. */
export function SavePart({ name, check, save, reason, onReason, isChanged, ...others }: Props) {
  const { t } = useTranslation();
  const { overtaken, onTakeTheirs, onKeepMine, onLookAgain } = others;
  const { data, error, isOld } = check;
  const total = data?.total ?? 0;
  return (
    <section className="save-part">
      <div aria-live="polite">
        {overtaken && (
          <div className="problem" role="alert">
            <p className="problem-title">{t("schedule.overtaken")}</p>
            <p>{t("schedule.overtakenWhat", { version: overtaken.theirs.version, mine: overtaken.mine })}</p>
            {overtaken.fields.length > 0 && (
              <p>
                {t("schedule.overtakenFields", {
                  fields: fieldNames(overtaken.fields.map((field) => `/${field}`)),
                })}
              </p>
            )}
            <div className="buttons">
              <Button onClick={() => onTakeTheirs(overtaken.theirs)}>{t("schedule.takeTheirs")}</Button>
              <Button danger onClick={() => onKeepMine(overtaken.theirs)}>
                {t("schedule.keepMine")}
              </Button>
            </div>
          </div>
        )}
        {save.error && !(overtaken && isOvertaken(save.error)) && (
          <SaveProblem error={save.error} onReload={onLookAgain} />
        )}
        {error === null && (
          <ConflictReason
            name={name}
            conflicts={data?.conflicts ?? []}
            total={total}
            isOld={isOld}
            value={reason}
            onChange={onReason}
          />
        )}
      </div>
      <div className="buttons">
        <Button
          type="primary"
          htmlType="submit"
          loading={save.isPending}
          disabled={!isChanged || overtaken !== null || isOld || error !== null || data === undefined}
        >
          {t("schedule.save")}
        </Button>
        {total > 0 && !isOld && reason.trim() === "" && (
          <span className="hint">{t("schedule.reasonNeeded")}</span>
        )}
      </div>
    </section>
  );
}

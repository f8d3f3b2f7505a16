import { useMutation } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { currentUser, may } from "../api.js";
import { announce } from "../notices.js";
import { listed } from "./hours-text.ts";
import { ProblemNotice } from "./notices.tsx";

interface Props {
  /** Whoever had a part in it. */
  by: { id: string }[];
  confirm: () => Promise<unknown>;
  what: string;
  onConfirmed: () => void;
}

/** For the second person; tells anybody else why it is not theirs to confirm. */
export function SecondPersonButton({ by, confirm, what, onConfirmed }: Props) {
  const { t } = useTranslation();
  const confirming = useMutation({
    mutationFn: confirm,
    onSuccess() {
      announce(() => t("second.confirmed", { title: what }));
      onConfirmed();
    },
  });
  if (by.some(({ id }) => id === currentUser()?.id)) return <p>{t("second.needsOther")}</p>;
  if (!may("timetable:confirm")) return <p>{t("second.needsScheduler")}</p>;
  return (
    <div className="buttons">
      <Button type="primary" loading={confirming.isPending} onClick={() => confirming.mutate()}>
        {t("second.confirm")}
      </Button>
      {confirming.error && <ProblemNotice error={confirming.error} />}
    </div>
  );
}

export const namesOf = (people: readonly { name: string }[]): string =>
  listed(people.map(({ name }) => name));

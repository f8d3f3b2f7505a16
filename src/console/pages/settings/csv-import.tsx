import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useRef } from "react";
import { useTranslation } from "react-i18next";
import { send } from "../../api.js";
import { announce } from "../../notices.js";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { TextField } from "../../parts/fields.tsx";

interface Props<R> {
  /** Where the file goes. */
  path: string;
  title: string;
  /** The header and some lines. */
  example: string;
  /** What becomes of what is there. */
  hint: ReactNode;
  doneText: (result: R) => string;
  onClose: () => void;
}

const WITHIN_MS = 120_000;

/** Takes a table out of a spreadsheet: all of it, or nothing and what is wrong in which line. */
export function CsvImport<R>({ path, title, example, hint, doneText, onClose }: Props<R>) {
  const { t } = useTranslation();
  const cached = useQueryClient();
  const file = useRef<HTMLFormElement>(null);
  function run(): Promise<R> {
    const chosen = new FormData(file.current ?? undefined).get("file");
    const text = new Blob([chosen instanceof File ? chosen : ""], { type: "text/csv" });
    return send("POST", path, text, WITHIN_MS);
  }
  return (
    <ConfirmDialog<R>
      title={title}
      confirm={t("import.confirm")}
      run={run}
      onDone={(result) => {
        announce(() => doneText(result));
        void cached.invalidateQueries();
      }}
      onClose={onClose}
    >
      <p>{t("import.what")}</p>
      <pre className="preformatted">{example}</pre>
      <form ref={file} onSubmit={(event) => event.preventDefault()}>
        <TextField label={t("import.file")} name="file" type="file" accept=".csv,text/csv" required />
      </form>
      <p className="hint">{hint}</p>
    </ConfirmDialog>
  );
}

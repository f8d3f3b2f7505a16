import { useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { send } from "../../api.js";
import { announce } from "../../notices.js";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { TextField } from "../../parts/fields.tsx";

interface Imported {
  created: number;
  updated: number;
  unchanged: number;
}

const WITHIN_MS = 120_000;
const EXAMPLE = `code,level,parent,name,note
370783000000,county,370700000000,寿光市,
370783112000,town,370783000000,稻田镇,
370783112201,village,370783112000,东村,`;

/** A county with its towns and villages, out of a spreadsheet. */
export function ImportRegions() {
  const { t } = useTranslation();
  const cached = useQueryClient();
  const file = useRef<HTMLFormElement>(null);
  const [address, setAddress] = useSearchParams();
  const isOpen = address.has("import");
  function setOpen(open: boolean) {
    const next = new URLSearchParams(address);
    if (open) next.set("import", "");
    else next.delete("import");
    setAddress(next, { replace: true });
  }
  function run(): Promise<Imported> {
    const chosen = new FormData(file.current ?? undefined).get("file");
    const text = new Blob([chosen instanceof File ? chosen : ""], { type: "text/csv" });
    return send("POST", "/regions/import", text, WITHIN_MS);
  }
  return (
    <>
      <div className="buttons">
        <Button onClick={() => setOpen(true)}>{t("import.regions")}</Button>
      </div>
      {isOpen && (
        <ConfirmDialog<Imported>
          title={t("import.regionsTitle")}
          confirm={t("import.regionsConfirm")}
          run={run}
          onDone={(counts) => {
            announce(() => t("import.regionsDone", { ...counts }));
            void cached.invalidateQueries();
          }}
          onClose={() => setOpen(false)}
        >
          <p>{t("import.regionsWhat")}</p>
          <pre className="preformatted">{EXAMPLE}</pre>
          <form ref={file} onSubmit={(event) => event.preventDefault()}>
            <TextField
              label={t("import.regionsFile")}
              name="file"
              type="file"
              accept=".csv,text/csv"
              required
            />
          </form>
          <p className="hint">{t("import.regionsHint")}</p>
        </ConfirmDialog>
      )}
    </>
  );
}

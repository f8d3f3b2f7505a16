import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { CsvImport } from "./csv-import.tsx";

type Imported = Record<"created" | "updated" | "unchanged", number>;

const REGIONS = `code,level,parent,name,note
370783000000,county,370700000000,寿光市,
370783112000,town,370783000000,稻田镇,
370783112201,village,370783112000,东村,`;
const CONTACTS = `code,role,telephone
370783112000,镇街值班室,0536-5221234
370783112201,村广播员,0536-5225678`;

/** A county with its towns and villages, and whom to call there, out of a spreadsheet. */
export function ImportRegions() {
  const { t } = useTranslation();
  const [address, setAddress] = useSearchParams();
  const [isCalling, setCalling] = useState(false);
  function setOpen(open: boolean) {
    const next = new URLSearchParams(address);
    if (open) next.set("import", "");
    else next.delete("import");
    setAddress(next, { replace: true });
  }
  return (
    <>
      <div className="buttons">
        <Button onClick={() => setOpen(true)}>{t("import.regions")}</Button>
        <Button onClick={() => setCalling(true)}>{t("import.contacts")}</Button>
      </div>
      {address.has("import") && (
        <CsvImport<Imported>
          path="/regions/import"
          title={t("import.regionsTitle")}
          example={REGIONS}
          hint={t("import.regionsHint")}
          doneText={(counts) => t("import.regionsDone", { ...counts })}
          onClose={() => setOpen(false)}
        />
      )}
      {isCalling && (
        <CsvImport<Record<"regions" | "contacts", number>>
          path="/contacts/import"
          title={t("import.contactsTitle")}
          example={CONTACTS}
          hint={t("import.contactsHint")}
          doneText={(counts) => t("import.contactsDone", { ...counts })}
          onClose={() => setCalling(false)}
        />
      )}
    </>
  );
}

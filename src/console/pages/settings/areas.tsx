import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { may, read } from "../../api.js";
import type { ShortenedHours } from "../../api-types.ts";
import { announce } from "../../notices.js";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { keptDraft } from "../../parts/drafts.ts";
import { Loading, ProblemNotice } from "../../parts/notices.tsx";
import { RegionBranches } from "../../parts/region-branches.tsx";
import { RegionSelect } from "../../parts/region-select.tsx";
import { AwaitedHours } from "../../parts/shortened-hours.tsx";
import type { Topic } from "../../shell/change-stream.ts";
import { useLive } from "../../shell/live-query.ts";
import { Page } from "../../shell/page.tsx";
import { type AreaRules, readRegionsBelow, readRules, saveRules } from "./area-data.ts";
import { ContactsOf } from "./contacts.tsx";
import { ImportRegions } from "./import-regions.tsx";
import { RuleForm } from "./rule-form.tsx";
import { RuleTable } from "./rule-table.tsx";
import { SettingsTabs } from "./settings-tabs.tsx";
import { useWhose } from "./whose.tsx";
import "./settings.css";

const TOPICS: Topic[] = ["regions"];
const hrefOf = (code: string): string => `#/settings/areas${code === "" ? "" : `?within=${code}`}`;

/** Quiet hours, volume and minutes, area by area: what each adds, and what it has from around it. */
export default function Areas() {
  const { t } = useTranslation();
  const [address, setAddress] = useSearchParams();
  const code = address.get("within") ?? "";
  return (
    <Page title={t("areas.title")}>
      <section className="view">
        <SettingsTabs here="/areas" />
        <p>{t("areas.what")}</p>
        <div className="areas-page">
          <div>
            <div className="field">
              <label htmlFor="area-search">{t("areas.find")}</label>
              <RegionSelect
                id="area-search"
                value={code === "" ? null : code}
                onChange={(within) => setAddress({ within })}
              />
            </div>
            <RegionBranches
              label={t("areas.tree")}
              everywhere={t("areas.server")}
              within={code}
              hrefOf={hrefOf}
              of="regions-below"
              topics={TOPICS}
              load={readRegionsBelow}
            />
            {may("regions:import") && <ImportRegions />}
          </div>
          <Rules key={code} code={code} />
        </div>
      </section>
    </Page>
  );
}

function Rules({ code }: { code: string }) {
  const { t } = useTranslation();
  const whose = useWhose(code);
  const { data, error, refetch } = useLive({
    key: ["area-rules", code],
    load: (signal) => readRules(code, signal),
    topics: ["timetable"],
  });
  const hours = useLive<{ items: ShortenedHours[] }>({
    key: ["shortened-hours"],
    load: (signal) => read("/policy/shortened-hours", signal),
    topics: ["timetable"],
  });
  const again = () => void Promise.all([refetch(), hours.refetch()]);
  if (data === undefined)
    return error === null ? <Loading /> : <ProblemNotice error={error} onRetry={() => void refetch()} />;
  const waiting = hours.data?.items.filter(({ regionCode }) => (regionCode ?? "") === code) ?? [];
  return (
    <section className="area-rules" aria-labelledby="area-heading">
      <h2 id="area-heading">{t("areas.holdsIn", { whose })}</h2>
      {waiting.map((each) => (
        <AwaitedHours key={each.regionCode} hours={each} onConfirmed={again} />
      ))}
      <RuleTable rules={data} />
      <Own rules={data} onSaved={again} />
      {code !== "" && <ContactsOf code={code} />}
    </section>
  );
}

function Own({ rules, onSaved }: { rules: AreaRules; onSaved: () => void }) {
  const { t } = useTranslation();
  const whose = useWhose(rules.code);
  const [isOpen, setOpen] = useState(keptDraft(`area-rules ${rules.code}`) !== null);
  const [isTakingBack, setTakingBack] = useState(false);
  if (!may(rules.code === "" ? "policy:edit" : "area-policy:edit")) return null;
  if (isOpen) return <RuleForm rules={rules} onSaved={onSaved} onClose={() => setOpen(false)} />;
  return (
    <>
      {rules.code !== "" && rules.own === null && <p className="hint">{t("areas.addsNothing")}</p>}
      <div className="buttons">
        <Button type="primary" onClick={() => setOpen(true)}>
          {t(rules.own === null ? "areas.add" : "areas.change")}
        </Button>
        {rules.code !== "" && rules.own !== null && (
          <Button danger onClick={() => setTakingBack(true)}>
            {t("areas.takeBack")}
          </Button>
        )}
      </div>
      {isTakingBack && (
        <ConfirmDialog
          title={t("areas.takeBackTitle", { whose })}
          confirm={t("areas.takeBackConfirm", { whose })}
          isGrave
          run={() => saveRules(rules.code, rules.version, null)}
          onDone={() => {
            announce(() => t("areas.takenBack", { whose }));
            onSaved();
          }}
          onClose={() => setTakingBack(false)}
        >
          <p>{t("areas.takeBackBody")}</p>
        </ConfirmDialog>
      )}
    </>
  );
}

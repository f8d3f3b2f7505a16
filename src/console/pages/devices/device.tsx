import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { may, read } from "../../api.js";
import type { Device, Misfit, Page as PageOf, Twin } from "../../api-types.ts";
import { momentText } from "../../format.js";
import { Loading, ProblemNotice } from "../../parts/notices.tsx";
import { levelOf } from "../../parts/regions.ts";
import { query } from "../../resources.js";
import { useLive } from "../../shell/live-query.ts";
import { Page } from "../../shell/page.tsx";
import { BundleLink } from "./bundle-link.tsx";
import { type Enrolment, getDevice, getTwin } from "./device-data.ts";
import { DeviceFacts } from "./device-facts.tsx";
import { EnrolDialog } from "./enrol-dialog.tsx";
import { EnrolmentSheet } from "./enrolment-sheet.tsx";
import { OutagesOf } from "./outages-of.tsx";
import { PlayedPart } from "./played-part.tsx";
import { PlaylistPart } from "./playlist-part.tsx";
import { RevokeDialog } from "./revoke-dialog.tsx";
import { SettingsDialog } from "./settings-dialog.tsx";
import { TwinPart } from "./twin-part.tsx";
import { WhyDialog } from "./why-dialog.tsx";
import "./devices.css";

/** One device: what it is to be and says that it is, its playlist, what it played, and when its line was cut. */
export default function DevicePage() {
  const { t } = useTranslation();
  const { id = "" } = useParams();
  const [sheet, setSheet] = useState<Enrolment[] | null>(null);
  const { data, error, refetch } = useLive({
    key: ["device", id],
    load: async (signal) => {
      const [device, twin] = await Promise.all([getDevice(id, signal), getTwin(id, signal)]);
      return { device, twin };
    },
    topics: ["devices", "timetable"],
  });
  if (sheet !== null) {
    return (
      <Page title={t("enrol.sheet")}>
        <EnrolmentSheet items={sheet} onClose={() => setSheet(null)} />
      </Page>
    );
  }
  return (
    <Page title={data?.device.name ?? t("device.title")}>
      <section className="view">
        <p className="back">
          <a href="#/devices">← {t("device.back")}</a>
        </p>
        {data === undefined && error === null && <Loading />}
        {data === undefined && error !== null && (
          <ProblemNotice error={error} onRetry={() => void refetch()} />
        )}
        {data && <Parts {...data} onChanged={() => void refetch()} onCodes={setSheet} />}
      </section>
    </Page>
  );
}

interface Props {
  device: Device;
  twin: Twin;
  onChanged: () => void;
  onCodes: (codes: Enrolment[]) => void;
}

function Parts({ device, twin, onChanged, onCodes }: Props) {
  const { t } = useTranslation();
  const { faults = [] } = device.reported ?? {};
  return (
    <>
      <DeviceFacts device={device} twin={twin} />
      {faults.length > 0 && <p className="reason">{faults.join("; ")}</p>}
      <Acts device={device} twin={twin} onChanged={onChanged} onCodes={onCodes} />
      {twin.changedAt !== null && (
        <p className="hint">
          {t("twin.changed", {
            version: twin.version,
            name: twin.changedBy ?? "",
            time: momentText(twin.changedAt),
          })}
        </p>
      )}
      {may("devices:manage") && levelOf(device.regionCode) === "village" && device.state === "enrolled" && (
        <BundleLink code={device.regionCode} />
      )}
      <TwinPart twin={twin} />
      {device.state === "enrolled" && <PlaylistPart device={device} />}
      <PlayedPart id={device.id} />
      <OutagesOf id={device.id} />
    </>
  );
}

function Acts({ device, twin, onChanged, onCodes }: Props) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<"settings" | "why" | "enrol" | "revoke" | null>(null);
  const { id, state } = device;
  const { data: misfits } = useLive<PageOf<Misfit>>({
    key: ["quarantine", id, 1],
    load: (signal) => read(`/quarantined-reports${query({ deviceId: id, limit: 1 })}`, signal),
    topics: ["devices"],
  });
  const mayChange = may("devices:manage") && state !== "revoked";
  const close = () => setOpen(null);
  return (
    <>
      <div className="buttons">
        {mayChange && (
          <Button type="primary" onClick={() => setOpen("settings")}>
            {t("twin.edit")}
          </Button>
        )}
        <Button onClick={() => setOpen("why")}>{t("whyNot.open")}</Button>
        {mayChange && <Button onClick={() => setOpen("enrol")}>{t("enrol.open")}</Button>}
        {mayChange && (
          <Button danger onClick={() => setOpen("revoke")}>
            {t("revoke.open")}
          </Button>
        )}
        {misfits && misfits.items.length > 0 && (
          <a href={`#/devices/quarantine/${id}`}>{t("device.misfits")}</a>
        )}
      </div>
      {open === "settings" && (
        <SettingsDialog device={device} twin={twin} onChanged={onChanged} onClose={close} />
      )}
      {open === "why" && <WhyDialog device={device} onClose={close} />}
      {open === "enrol" && <EnrolDialog devices={[device]} area={null} onCodes={onCodes} onClose={close} />}
      {open === "revoke" && <RevokeDialog devices={[device]} onDone={onChanged} onClose={close} />}
    </>
  );
}

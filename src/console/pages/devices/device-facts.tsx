import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Device, Twin } from "../../api-types.ts";
import { momentText, sizeText } from "../../format.js";
import type { TextKey } from "../../shell/texts.ts";
import { Cached, Clock, Lifecycle, Online, TwinBadge } from "./device-cells.tsx";
import { valueText } from "./twin-words.ts";

/** What a device is, and what it last said of itself. */
export function DeviceFacts({ device, twin }: { device: Device; twin: Twin }) {
  const { t } = useTranslation();
  const { reported } = device;
  return (
    <>
      <dl className="facts">
        <Fact name="column.region">
          <a href={`#/devices?within=${device.regionCode}`}>{device.regionName}</a>{" "}
          <small>{device.regionCode}</small>
        </Fact>
        <Fact name="column.kind">{t(`kind.${device.kind}`)}</Fact>
        <Fact name="column.lifecycle">
          <Lifecycle state={device.state} />
        </Fact>
        <Fact name="column.online">
          <Online presence={device.presence} />
          {device.presence && <small className="below">{momentText(device.presence.at)}</small>}
        </Fact>
        <Fact name="column.clock">
          <Clock reported={reported} />
        </Fact>
        <Fact name="column.cached">
          <Cached reported={reported} />
        </Fact>
        <Fact name="device.storage">
          {reported === null ? t("reported.never") : t("device.free", { size: sizeText(reported.freeBytes) })}
        </Fact>
        <Fact name="device.model">
          {[device.model, device.hardwareId].filter((each) => each !== null).join(" · ") || t("twin.none")}
        </Fact>
        <Fact name="twin.tags">{valueText("tags", twin.desired.tags, "twin.none")}</Fact>
        <Fact name="twin.channel">{twin.desired.softwareChannel ?? t("twin.none")}</Fact>
        <Fact name="column.twin">
          <TwinBadge state={twin.state} />
        </Fact>
      </dl>
      {reported !== null && (
        <p className="hint">{t("reported.at", { time: momentText(reported.receivedAt) })}</p>
      )}
    </>
  );
}

const Fact = ({ name, children }: { name: TextKey; children: ReactNode }) => {
  const { t } = useTranslation();
  return (
    <div>
      <dt>{t(name)}</dt>
      <dd>{children}</dd>
    </div>
  );
};

import { useTranslation } from "react-i18next";
import type { DeviceCounts } from "../../api-types.ts";

interface Props {
  region: DeviceCounts;
}

/** A region's devices, beside its name. */
export function RegionNumbers({ region: { devices, enrolled, online, differing, faulty } }: Props) {
  const { t } = useTranslation();
  if (devices === 0) return <small className="quiet-text">{t("devices.noneThere")}</small>;
  const more = [
    ...(devices > enrolled ? [t("devices.countNew", { count: devices - enrolled })] : []),
    ...(differing > 0 ? [t("devices.countDiffering", { count: differing })] : []),
    ...(faulty > 0 ? [t("devices.countFaulty", { count: faulty })] : []),
  ];
  return (
    <>
      {enrolled > 0 && <small className="number">{t("devices.countOnline", { online, enrolled })}</small>}
      {more.length > 0 && <small className="reason"> {more.join(t("list.comma"))}</small>}
    </>
  );
}

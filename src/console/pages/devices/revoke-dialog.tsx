import { useTranslation } from "react-i18next";
import { announce } from "../../notices.js";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { revoke } from "./device-data.ts";

const NAMED = 20;

interface Props {
  devices: { id: string; name: string; regionName: string }[];
  onDone: () => void;
  onClose: () => void;
}

/** Ends the credentials of devices for good, after it has named them. */
export function RevokeDialog({ devices, onDone, onClose }: Props) {
  const { t } = useTranslation();
  const [only] = devices.length === 1 ? devices : [];
  const count = devices.length;
  return (
    <ConfirmDialog
      title={only ? t("revoke.title", { name: only.name }) : t("revoke.titleMany", { count })}
      confirm={only ? t("revoke.confirm") : t("revoke.confirmMany", { count })}
      isGrave
      run={() => revoke(devices.map(({ id }) => id))}
      onDone={() => {
        announce(() => t("revoke.done", { count }));
        onDone();
      }}
      onClose={onClose}
    >
      <ul>
        {devices.slice(0, NAMED).map(({ id, name, regionName }) => (
          <li key={id}>
            <strong>{name}</strong> {regionName}
          </li>
        ))}
        {count > NAMED && <li>{t("revoke.more", { count: count - NAMED })}</li>}
      </ul>
      <p>{t("revoke.what")}</p>
      <p className="hint">{t("revoke.hint")}</p>
    </ConfirmDialog>
  );
}

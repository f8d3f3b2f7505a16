import { useTranslation } from "react-i18next";
import { read } from "../../api.js";
import type { MediaProfile } from "../../api-types.ts";
import { signedText } from "../../format.js";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Loading, ProblemNotice } from "../../parts/notices.tsx";
import { useLive } from "../../shell/live-query.ts";
import { Page } from "../../shell/page.tsx";
import { term } from "../../shell/texts.ts";
import { SettingsTabs } from "./settings-tabs.tsx";

/** What is made of each recording. It is set in files beside the server, so it is read here only. */
export default function Profiles() {
  const { t } = useTranslation();
  const { data, error, refetch } = useLive<{ items: MediaProfile[] }>({
    key: ["media-profiles"],
    load: (signal) => read("/media-profiles", signal),
    topics: [],
    isOver: () => true,
  });
  const columns: Column<MediaProfile>[] = [
    {
      name: "profiles.name",
      cell: ({ name, title }) => (
        <span>
          <strong>{term("profile", name) === name ? title : term("profile", name)}</strong>
          <small className="below">
            <code>{name}</code>
          </small>
        </span>
      ),
    },
    { name: "profiles.for", cell: (profile) => <UsedBy profile={profile} /> },
    { name: "profiles.sound", isWide: true, cell: ({ sound }) => (sound ? <Sound sound={sound} /> : null) },
    {
      name: "profiles.chain",
      cell: ({ chain }) =>
        chain.length === 0 ? null : chain.map((step) => t(`chain.${step}`)).join(t("list.comma")),
    },
    {
      name: "profiles.picture",
      cell: ({ pictures }) =>
        pictures.length === 0 ? null : pictures.map(pictureText).join(t("list.comma")),
    },
    {
      name: "profiles.needed",
      isNamed: true,
      cell: ({ neededToAir }) => (neededToAir ? t("programmeRules.yes") : null),
    },
  ];
  return (
    <Page title={t("profiles.title")}>
      <section className="view">
        <SettingsTabs here="/profiles" />
        <p>{t("profiles.what")}</p>
        {data === undefined &&
          (error === null ? <Loading /> : <ProblemNotice error={error} onRetry={() => void refetch()} />)}
        {data && (
          <>
            <DataTable
              caption={t("profiles.title")}
              columns={columns}
              rows={data.items}
              keyOf={({ name }) => name}
            />
            <p className="hint">{t("profiles.hint")}</p>
          </>
        )}
      </section>
    </Page>
  );
}

function UsedBy({ profile: { playedBy, standsInFor, type } }: { profile: MediaProfile }) {
  const { t } = useTranslation();
  if (standsInFor !== null) return <>{t("profiles.standsIn", { profile: standsInFor })}</>;
  if (playedBy.length === 0) return <>{t(`profiles.of.${type}`)}</>;
  const texts = playedBy.map(({ kind, link }) =>
    link === null
      ? term("kind", kind)
      : t("profiles.onLink", { kind: term("kind", kind), link: t(`profiles.link.${link}`) }),
  );
  return <>{[...new Set(texts)].join(t("list.comma"))}</>;
}

function Sound({ sound }: { sound: NonNullable<MediaProfile["sound"]> }) {
  const { t } = useTranslation();
  const { bitrateKbps, sampleRateHz, channels, targetLufs, maxTruePeakDbtp } = sound;
  return (
    <span>
      {t("profiles.rate", { kbps: bitrateKbps, khz: sampleRateHz / 1000 })}{" "}
      {t(channels === 1 ? "profiles.mono" : "profiles.stereo")}
      <small className="below">
        {t("profiles.loudness", { lufs: signedText(targetLufs), peak: signedText(maxTruePeakDbtp) })}
      </small>
    </span>
  );
}

const pictureText = ({ maxWidth, maxHeight, maxKbps }: MediaProfile["pictures"][number]): string =>
  `${maxWidth}×${maxHeight}${maxKbps === null ? "" : ` ≤ ${maxKbps} kbit/s`}`;

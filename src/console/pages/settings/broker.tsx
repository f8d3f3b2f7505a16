import { useTranslation } from "react-i18next";
import { read } from "../../api.js";
import type { Broker } from "../../api-types.ts";
import { momentText } from "../../format.js";
import { Badge } from "../../parts/badges.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Loading, ProblemNotice } from "../../parts/notices.tsx";
import { useLive } from "../../shell/live-query.ts";
import { Page } from "../../shell/page.tsx";
import { SettingsTabs } from "./settings-tabs.tsx";

type Node = Broker["nodes"][number];

/** Whether what reaches the devices is connected, and what waits for it. It is set in the server's environment. */
export default function BrokerPage() {
  const { t } = useTranslation();
  const { data, error, refetch } = useLive<Broker>({
    key: ["broker"],
    load: (signal) => read("/broker", signal),
    topics: ["broker"],
  });
  return (
    <Page title={t("broker.title")}>
      <section className="view">
        <SettingsTabs here="/broker" />
        <p>{t("broker.what")}</p>
        {data === undefined &&
          (error === null ? <Loading /> : <ProblemNotice error={error} onRetry={() => void refetch()} />)}
        {data && <State broker={data} />}
      </section>
    </Page>
  );
}

function State({ broker }: { broker: Broker }) {
  const { t } = useTranslation();
  const { kind, nodes, connectedSince, accounts, deviceUrls, waiting, urgentWaiting } = broker;
  const columns: Column<Node>[] = [
    { name: "broker.address", isWide: true, cell: ({ url }) => <code>{url}</code> },
    {
      name: "column.state",
      cell: ({ connected }) =>
        connected ? (
          <Badge tone="good" sign="✓" text={t("broker.connected")} />
        ) : (
          <Badge tone="plain" sign="○" text={t("broker.notConnected")} />
        ),
    },
  ];
  return (
    <>
      {connectedSince === null && (
        <div className="problem" role="alert">
          <p className="problem-title">{t("broker.lost")}</p>
          <p>{t(kind === "own" ? "broker.lostOwn" : "broker.lostExternal")}</p>
        </div>
      )}
      <DataTable caption={t("broker.title")} columns={columns} rows={nodes} keyOf={({ url }) => url} />
      <dl className="facts">
        <Fact name={t("broker.kind")}>{t(`broker.kind.${kind}`)}</Fact>
        <Fact name={t("broker.since")}>
          {connectedSince === null ? t("broker.notConnected") : momentText(connectedSince)}
        </Fact>
        <Fact name={t("broker.accounts")}>{t(`broker.accounts.${accounts}`)}</Fact>
        <Fact name={t("broker.devices")}>
          {deviceUrls.length === 0 ? t("broker.sameAddress") : deviceUrls.join(" ")}
        </Fact>
        <Fact name={t("broker.waiting")}>
          {t("broker.messages", { count: waiting, urgent: urgentWaiting })}
        </Fact>
      </dl>
      <p className="hint">{t("broker.hint")}</p>
    </>
  );
}

const Fact = ({ name, children }: { name: string; children: string }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

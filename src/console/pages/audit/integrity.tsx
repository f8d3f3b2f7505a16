import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { read } from "../../api.js";
import type { AuditHead, Backups } from "../../api-types.ts";
import { momentText } from "../../format.js";
import { Copyable } from "../../parts/copyable.tsx";
import { Loading, ProblemNotice } from "../../parts/notices.tsx";

/**
 * What is known of the chain: each backup follows it from end to end. Whoever owns the machine could make a new one, which
 * shows only against a hash that was kept elsewhere.
 */
export function Integrity() {
  const { t } = useTranslation();
  const head = useQuery<AuditHead>({
    queryKey: ["audit-head"],
    queryFn: ({ signal }) => read("/audit/head", signal),
  });
  const backups = useQuery<Backups>({
    queryKey: ["backups"],
    queryFn: ({ signal }) => read("/backups", signal),
  });
  const proved = backups.data?.items[0];
  return (
    <section>
      <h2>{t("audit.integrity")}</h2>
      {head.isPending && <Loading />}
      {head.error && <ProblemNotice error={head.error} onRetry={() => void head.refetch()} />}
      {backups.data && (
        <p className={proved ? "done" : "warning"}>
          {proved
            ? t("audit.proved", { time: momentText(proved.createdAt), seq: proved.audit.seq })
            : t("audit.notProved")}
        </p>
      )}
      {head.data && <Head head={head.data} />}
    </section>
  );
}

function Head({ head: { seq, hash, keptFrom } }: { head: AuditHead }) {
  const { t } = useTranslation();
  return (
    <>
      <p>{t("audit.head", { seq, keptFrom })}</p>
      <Copyable text={`${seq}:${hash}`} />
      <p className="hint">{t("audit.headHint")}</p>
      <pre>npm run audit:verify -- {`${seq}:${hash.slice(0, 8)}…`}</pre>
    </>
  );
}

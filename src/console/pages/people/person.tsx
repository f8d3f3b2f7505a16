import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { currentUser, may } from "../../api.js";
import type { Person } from "../../api-types.ts";
import { Moment } from "../../parts/moment.tsx";
import { Empty, Loading, ProblemNotice } from "../../parts/notices.tsx";
import { useLive } from "../../shell/live-query.ts";
import { Page } from "../../shell/page.tsx";
import { Deputies } from "./deputies.tsx";
import { keyOf, readPerson } from "./people-data.ts";
import { PersonActs } from "./person-acts.tsx";
import { FactorBadge, PersonState } from "./person-badges.tsx";
import { RolesText } from "./roles-text.tsx";
import { SignIns } from "./sign-ins.tsx";
import { Tokens } from "./tokens.tsx";
import "./people.css";

/** One person: what they may do, how they sign in, and all that can be done about it. */
export default function PersonPage() {
  const { t } = useTranslation();
  const { id = "" } = useParams();
  if (may("people:read")) return <PersonOf key={id} id={id} />;
  return (
    <Page title={t("people.title")}>
      <Empty what="people.mayNot" hint="people.mayNotHint" />
    </Page>
  );
}

function PersonOf({ id }: { id: string }) {
  const { t } = useTranslation();
  const { data, error, refetch } = useLive({
    key: keyOf(id),
    load: (signal) => readPerson(id, signal),
    topics: ["people"],
  });
  return (
    <Page title={data?.name ?? t("people.title")}>
      <p className="back">
        <a href="#/people">{t("people.back")}</a>
      </p>
      {data === undefined && error === null && <Loading />}
      {data === undefined && error !== null && <ProblemNotice error={error} onRetry={() => void refetch()} />}
      {data && <Whole person={data} />}
    </Page>
  );
}

function Whole({ person }: { person: Person }) {
  const { t } = useTranslation();
  const mayManage = may("people:manage");
  const isOwn = person.id === currentUser()?.id;
  return (
    <section className="view">
      {isOwn && (
        <p>
          {t("person.isYou")} <a href="#/account">{t("nav.account")}</a>
        </p>
      )}
      <Facts person={person} />
      {mayManage && <PersonActs person={person} isOwn={isOwn} />}
      <section className="panel account-part">
        <h2>{t("signIns.title")}</h2>
        <SignIns whose={person.id} mayEnd={mayManage} />
      </section>
      <section className="panel account-part">
        <h2>{t("tokens.title")}</h2>
        <Tokens whose={person.id} mayRevoke={mayManage} />
      </section>
      <section className="panel account-part">
        <h2>{t("deputies.title")}</h2>
        <Deputies whose={person.id} mayEnd={mayManage} />
      </section>
    </section>
  );
}

function Facts({ person }: { person: Person }) {
  const { t } = useTranslation();
  const { roles, identity, createdAt, lastSeenAt, disabledAt } = person;
  return (
    <dl className="facts person-facts">
      <div>
        <dt>{t("column.roles")}</dt>
        <dd>
          <RolesText roles={roles} />
        </dd>
      </div>
      <div>
        <dt>{t("column.personState")}</dt>
        <dd>
          <PersonState person={person} /> {disabledAt !== null && <Moment at={disabledAt} />}
        </dd>
      </div>
      <div>
        <dt>{t("column.secondFactor")}</dt>
        <dd>
          <FactorBadge person={person} />
        </dd>
      </div>
      <div>
        <dt>{t("column.lastSeen")}</dt>
        <dd>{lastSeenAt === null ? t("person.notSeen") : <Moment at={lastSeenAt} />}</dd>
      </div>
      <div>
        <dt>{t("person.since")}</dt>
        <dd>
          <Moment at={createdAt} />
        </dd>
      </div>
      {identity && (
        <div>
          <dt>{t("person.identity")}</dt>
          <dd>
            <code>{identity.subject}</code>
            <small className="below">
              {identity.issuer}
              {!identity.isConfirmed && ` · ${t("person.unconfirmed")}`}
            </small>
          </dd>
        </div>
      )}
    </dl>
  );
}

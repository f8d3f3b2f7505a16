import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { may } from "../../api.js";
import type { Person } from "../../api-types.ts";
import { Empty, Loading, ProblemNotice } from "../../parts/notices.tsx";
import { useLive } from "../../shell/live-query.ts";
import { Page } from "../../shell/page.tsx";
import { FilterBar } from "./filter-bar.tsx";
import { InviteDialog } from "./invite-dialog.tsx";
import { askAgainForPeople, keyOf, listPeople } from "./people-data.ts";
import { type Filter, filterPeople } from "./people-filter.ts";
import { PeopleTable, SavePeople } from "./people-table.tsx";
import "./people.css";

/** Who may sign in, and what for. */
export default function People() {
  const { t } = useTranslation();
  return (
    <Page title={t("people.title")}>
      <section className="view">
        {may("people:read") ? <AllPeople /> : <Empty what="people.mayNot" hint="people.mayNotHint" />}
      </section>
    </Page>
  );
}

function AllPeople() {
  const [isInviting, setInviting] = useState(false);
  const { data, error, refetch } = useLive({ key: keyOf("all"), load: listPeople, topics: ["people"] });
  if (data === undefined)
    return error === null ? <Loading /> : <ProblemNotice error={error} onRetry={() => void refetch()} />;
  return (
    <>
      <Chosen people={data.items} onInvite={() => setInviting(true)} />
      {isInviting && <InviteDialog onInvited={askAgainForPeople} onClose={() => setInviting(false)} />}
    </>
  );
}

/** What is looked for is in the address, so that it can be passed on. */
function useFilter(): [Filter, (changes: Partial<Filter>) => void] {
  const [address, setAddress] = useSearchParams();
  const value = (name: keyof Filter) => address.get(name) ?? "";
  const filter = { q: value("q"), state: value("state"), role: value("role"), area: value("area") };
  const change = (changes: Partial<Filter>) =>
    setAddress(
      Object.entries({ ...filter, ...changes }).filter(([, each]) => each !== ""),
      { replace: true },
    );
  return [filter, change];
}

function Chosen({ people, onInvite }: { people: Person[]; onInvite: () => void }) {
  const { t } = useTranslation();
  const [filter, setFilter] = useFilter();
  const chosen = filterPeople(people, filter);
  const areas = [...new Set(people.flatMap(({ roles }) => roles.flatMap(({ area }) => area ?? [])))];
  return (
    <>
      <FilterBar filter={filter} areas={areas.toSorted()} onFilter={setFilter} />
      <div className="buttons people-tools">
        {may("people:manage") && (
          <Button type="primary" onClick={onInvite}>
            {t("people.invite")}
          </Button>
        )}
        {chosen.length > 0 && <SavePeople people={chosen} />}
        <span role="status">{t("people.count", { count: chosen.length, all: people.length })}</span>
      </div>
      {chosen.length > 0 ? (
        <PeopleTable people={chosen} />
      ) : (
        <Empty what="people.noneFound" hint="people.noneFoundHint">
          <Button onClick={() => setFilter({ q: "", state: "", role: "", area: "" })}>
            {t("people.showAll")}
          </Button>
        </Empty>
      )}
    </>
  );
}

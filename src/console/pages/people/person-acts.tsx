import { useMutation, useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { waysToSignIn } from "../../api.js";
import type { Person } from "../../api-types.ts";
import { announce } from "../../notices.js";
import { ProblemNotice } from "../../parts/notices.tsx";
import { askAgainForPeople, enable } from "./people-data.ts";
import {
  DisableDialog,
  LinkDialog,
  ProviderDialog,
  RemoveFactorDialog,
  UnlinkDialog,
} from "./person-dialogs.tsx";
import { RolesDialog } from "./roles-dialog.tsx";

const DIALOGS = {
  roles: RolesDialog,
  link: LinkDialog,
  linkProvider: ProviderDialog,
  unlink: UnlinkDialog,
  removeFactor: RemoveFactorDialog,
  disable: DisableDialog,
};
type Act = keyof typeof DIALOGS;

/** What can be done with the account now, besides letting it in or not. */
function actsOn({ state, identity, secondFactor }: Person, isOwn: boolean, hasProvider: boolean): Act[] {
  const isOut = state === "disabled";
  return [
    "roles",
    ...(isOut ? [] : ["link" as const]),
    ...(identity ? ["unlink" as const] : hasProvider && !isOut ? ["linkProvider" as const] : []),
    // The own one is removed under My account, with a code.
    ...(secondFactor && !isOwn ? ["removeFactor" as const] : []),
  ];
}

export function PersonActs({ person, isOwn }: { person: Person; isOwn: boolean }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<Act | null>(null);
  const ways = useQuery({ queryKey: ["ways-to-sign-in"], queryFn: () => waysToSignIn() });
  const { name, state } = person;
  const isOut = state === "disabled";
  const enabling = useMutation({
    mutationFn: () => enable(person.id),
    onSuccess() {
      announce(() => t("enable.done", { name }));
      askAgainForPeople();
    },
  });
  const Dialog = open === null ? null : DIALOGS[open];
  return (
    <>
      <div className="buttons people-tools">
        {actsOn(person, isOwn, (ways.data?.oidc ?? null) !== null).map((act) => (
          <Button key={act} onClick={() => setOpen(act)}>
            {t(`person.${act}`)}
          </Button>
        ))}
        {/* One button for both, so that the focus stays on it. */}
        <Button
          danger={!isOut}
          loading={enabling.isPending}
          onClick={() => (isOut ? enabling.mutate() : setOpen("disable"))}
        >
          {t(isOut ? "person.enable" : "person.disable")}
        </Button>
      </div>
      {enabling.error && <ProblemNotice error={enabling.error} />}
      {Dialog && <Dialog person={person} onChanged={askAgainForPeople} onClose={() => setOpen(null)} />}
    </>
  );
}

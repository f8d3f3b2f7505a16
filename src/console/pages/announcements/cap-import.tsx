import { useMutation } from "@tanstack/react-query";
import { Button } from "antd";
import i18next from "i18next";
import { type SubmitEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { asProblem } from "../../api.js";
import type { Emergency } from "../../api-types.ts";
import { importCap } from "../../interrupts.ts";
import { announce } from "../../notices.js";
import { ProblemNotice } from "../../parts/notices.tsx";
import { RegionsField } from "../../parts/regions-field.tsx";
import { refreshPage } from "../../shell/refresh.ts";

const MAX_BYTES = 256 * 1024;
/** As the server says it of an area without an administrative code. */
const UNMAPPED = /^"([^]*)" has no administrative code and is not mapped to one\.$/;

/** Codes of the areas that a message only names, by the name in it. */
type Areas = Record<string, string[]>;

interface Message {
  xml: string;
  areas: Areas;
}

const take = ({ xml, areas }: Message): Promise<Emergency> =>
  importCap(
    xml,
    Object.entries(areas).flatMap(([name, codes]) => codes.map((code) => ({ name, code }))),
  );

/** The areas to be chosen; with anything else wrong no region would help. */
function unmappedOf(error: unknown): string[] {
  const { errors } = asProblem(error);
  const names = errors.flatMap(({ message }) => UNMAPPED.exec(message)?.[1] ?? []);
  return names.length === errors.length ? names : [];
}

const becameOf = ({ state }: Emergency) =>
  state === "proposed" ? "proposed" : state === "active" || state === "confirmed" ? "known" : "ended";

const takenText = (taken: Emergency) => i18next.t(`cap.taken.${becameOf(taken)}`, { title: taken.title });

/** Takes in a CAP 1.2 message from a file. Areas that it only names are chosen here, and the message is sent again. */
export function CapImport() {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const [name, setName] = useState("");
  const [isTooLarge, setTooLarge] = useState(false);
  const [message, setMessage] = useState<Message | null>(null);
  const taking = useMutation({
    mutationFn: take,
    onSuccess(taken) {
      setMessage(null);
      announce(() => takenText(taken));
      refreshPage();
    },
    onError(error, { xml, areas }) {
      const asked = Object.fromEntries(unmappedOf(error).map((each) => [each, areas[each] ?? []]));
      setMessage({ xml, areas: { ...areas, ...asked } });
    },
  });

  async function choose(file: File) {
    setName(file.name);
    setMessage(null);
    taking.reset();
    setTooLarge(file.size > MAX_BYTES);
    if (file.size <= MAX_BYTES) taking.mutate({ xml: await file.text(), areas: {} });
  }

  const areas = Object.entries(message?.areas ?? {});
  function sendAgain(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const missing = areas.findIndex(([, codes]) => codes.length === 0);
    const fields = event.currentTarget.querySelectorAll<HTMLElement>(".regions input[type=search]");
    if (missing >= 0) fields[missing]?.focus();
    else if (message) taking.mutate(message);
  }

  return (
    <form className="interrupt-form" noValidate onSubmit={sendAgain}>
      <p className="hint">{t("cap.hint")}</p>
      <p className="chooser">
        <input
          ref={input}
          type="file"
          className="unseen"
          tabIndex={-1}
          accept=".xml,.cap,application/cap+xml,application/xml,text/xml"
          aria-label={t("cap.choose")}
          onChange={({ currentTarget }) => {
            const file = currentTarget.files?.[0];
            currentTarget.value = "";
            if (file) void choose(file);
          }}
        />
        <Button onClick={() => input.current?.click()}>{t("cap.choose")}</Button>
        <span className="file">{name}</span>
      </p>
      <div aria-live="assertive">
        {isTooLarge && <p className="problem">{t("cap.tooLarge")}</p>}
        {taking.isPending && <p className="loading">{t("cap.taking")}</p>}
        {taking.error && <ProblemNotice error={taking.error} />}
        {taking.data && <p className="done">{takenText(taking.data)}</p>}
      </div>
      {message && areas.length > 0 && (
        <>
          <p>{t("cap.areas")}</p>
          {areas.map(([area]) => (
            <RegionsField
              key={area}
              legend={() => i18next.t("cap.area", { name: area })}
              codes={[]}
              onChange={(codes) =>
                setMessage((now) => now && { ...now, areas: { ...now.areas, [area]: codes } })
              }
            />
          ))}
          <div className="buttons">
            <Button type="primary" htmlType="submit" disabled={taking.isPending}>
              {t("cap.again")}
            </Button>
          </div>
        </>
      )}
    </form>
  );
}

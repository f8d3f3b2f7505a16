import { useQuery } from "@tanstack/react-query";
import i18next from "i18next";
import { useTranslation } from "react-i18next";
import { read } from "../../api.js";
import type { Content } from "../../api-types.ts";
import { readPages } from "../../live.js";
import { useProgrammes } from "../../parts/programmes.ts";
import { contentName } from "../../parts/review-words.ts";
import { query } from "../../resources.js";
import { Labelled } from "./labelled.tsx";

const PAGE = 200;
const PAGES = 5;

/** The episodes or sessions of a programme, as far as somebody would choose among them. */
export function useChoices(programmeId: string) {
  const programmes = useProgrammes();
  const kind = programmes.data?.find(({ id }) => id === programmeId)?.kind;
  return useQuery({
    queryKey: ["content-of", programmeId, kind],
    queryFn: async ({ signal }) => {
      const { items } = await readPages<Content>(
        (cursor) =>
          read(
            `/${kind === "lecture" ? "sessions" : "episodes"}${query({ programmeId, limit: PAGE, cursor })}`,
            signal,
          ),
        PAGES,
      );
      return items;
    },
    enabled: kind !== undefined,
  });
}

/** Of one that would not air today that is said, too. */
export function choiceText(content: Content): string {
  const what = contentName(content);
  return content.review.state === "approved" ? what : i18next.t("schedule.notApproved", { what });
}

interface Props {
  label: string;
  programmeId: string;
  value: string;
  onChange: (id: string) => void;
  /** What no choice means. */
  none: string;
  isRequired?: boolean;
}

/** One of a programme's episodes or sessions. */
export function ContentSelect({ label, programmeId, value, onChange, none, isRequired = false }: Props) {
  useTranslation();
  const { data = [] } = useChoices(programmeId);
  return (
    <Labelled label={label}>
      <select value={value} required={isRequired} onChange={({ target }) => onChange(target.value)}>
        <option value="">{none}</option>
        {data.map((content) => (
          <option key={content.id} value={content.id}>
            {choiceText(content)}
          </option>
        ))}
      </select>
    </Labelled>
  );
}

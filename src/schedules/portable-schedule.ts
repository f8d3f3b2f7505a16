import type { ErrorDetail } from "../errors.ts";
import type { PortableSchedule, ScheduleDefinition } from "./schedule.ts";

/** How the fields that name content are called here, and in a file. */
const FILE_NAMES: Record<string, string> = {
  programmeId: "programme",
  contentId: "number",
  contentIds: "numbers",
  standingContentId: "standingNumber",
};

/** @param numberOf what the programme calls the content on every server */
export function toPortable(
  programme: string,
  { content, exceptions, extraDates, ...own }: ScheduleDefinition,
  numberOf: (contentId: string) => number,
): PortableSchedule {
  const { contentId, contentIds, standingContentId, ...policy } = content;
  const portable = <T extends { contentId?: string }>({ contentId: id, ...rest }: T) => ({
    ...rest,
    ...(id === undefined ? {} : { number: numberOf(id) }),
  });
  return {
    programme,
    ...own,
    ...(exceptions ? { exceptions: exceptions.map(portable) } : {}),
    ...(extraDates ? { extraDates: extraDates.map(portable) } : {}),
    content: {
      ...policy,
      ...(contentId === undefined ? {} : { number: numberOf(contentId) }),
      ...(contentIds === undefined ? {} : { numbers: contentIds.map(numberOf) }),
      ...(standingContentId === undefined ? {} : { standingNumber: numberOf(standingContentId) }),
    },
  };
}

/**
 * The definition that a file's entry means on this server.
 * @param idOf `null` for a number that the programme has not
 * @returns the problems instead, by JSON pointer inside the entry, when it names such
 */
export function fromPortable(
  { programme: _, content, exceptions, extraDates, ...own }: PortableSchedule,
  idOf: (number: number) => string | null,
): { definition: ScheduleDefinition; problems: ErrorDetail[] } {
  const problems: ErrorDetail[] = [];
  const idAt = (at: string, number: number): string => {
    const id = idOf(number);
    if (id === null) problems.push({ at, message: `The programme has no number ${number} here.` });
    return id ?? "";
  };
  const local = (list: string) => {
    return <T extends { number?: number }>({ number, ...rest }: T, index: number) => ({
      ...rest,
      ...(number === undefined ? {} : { contentId: idAt(`/${list}/${index}/number`, number) }),
    });
  };
  const { number, numbers, standingNumber, ...policy } = content;
  const definition: ScheduleDefinition = {
    ...own,
    ...(exceptions ? { exceptions: exceptions.map(local("exceptions")) } : {}),
    ...(extraDates ? { extraDates: extraDates.map(local("extraDates")) } : {}),
    content: {
      ...policy,
      ...(number === undefined ? {} : { contentId: idAt("/content/number", number) }),
      ...(numbers === undefined
        ? {}
        : { contentIds: numbers.map((each, index) => idAt(`/content/numbers/${index}`, each)) }),
      ...(standingNumber === undefined
        ? {}
        : { standingContentId: idAt("/content/standingNumber", standingNumber) }),
    },
  };
  return { definition, problems };
}

/** A problem with a definition, in the words and at the place of the file's entry. */
export const problemInFile = (entry: string, { at, message }: ErrorDetail): ErrorDetail => ({
  at: entry + at.replace(/[^/]+/g, (name) => FILE_NAMES[name] ?? name),
  message: message.replace(/`([^`]+)`/g, (quoted, name: string) =>
    name in FILE_NAMES ? `\`${FILE_NAMES[name]}\`` : quoted,
  ),
});

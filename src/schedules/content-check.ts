import { AppError, type ErrorDetail } from "../errors.ts";
import type { ScheduleDefinition } from "./schedule.ts";

/**
 * Refuses a content policy that lacks what it speaks of, or speaks of what is not the programme's.
 * @throws {AppError} `invalid`, naming each field
 */
export function checkContent(
  {
    content,
    exceptions = [],
    extraDates = [],
  }: Pick<ScheduleDefinition, "content" | "exceptions" | "extraDates">,
  isKnown: (contentId: string) => boolean,
): void {
  const details: ErrorDetail[] = [];
  const { policy, fallback, fromNumber, contentId, contentIds, standingContentId } = content;
  const belongs = (field: string, value: unknown, isWanted: boolean, isRequired: boolean) => {
    if (value !== undefined && !isWanted)
      details.push({ at: `/content/${field}`, message: `\`${field}\` means nothing here.` });
    if (value === undefined && isRequired)
      details.push({ at: `/content/${field}`, message: `\`${field}\` is missing.` });
  };
  belongs("fromNumber", fromNumber, policy === "next-approved", false);
  belongs("contentId", contentId, policy === "item", policy === "item");
  belongs("contentIds", contentIds, policy === "rotation", false);
  belongs("standingContentId", standingContentId, fallback === "standing", fallback === "standing");

  const named: [string, string | undefined][] = [
    ["/content/contentId", contentId],
    ["/content/standingContentId", standingContentId],
    ...(contentIds ?? []).map((id, index): [string, string] => [`/content/contentIds/${index}`, id]),
    ...exceptions.map((each, index): [string, string | undefined] => [
      `/exceptions/${index}/contentId`,
      each.contentId,
    ]),
    ...extraDates.map((each, index): [string, string | undefined] => [
      `/extraDates/${index}/contentId`,
      each.contentId,
    ]),
  ];
  for (const [at, id] of named)
    if (id !== undefined && !isKnown(id))
      details.push({ at, message: `The programme has nothing with id "${id}".` });
  if (details.length > 0)
    throw new AppError("invalid", "What the schedule shall air is not clear.", {
      details,
      hint: "GET /api/v1/episodes and /api/v1/sessions list what there is.",
    });
}

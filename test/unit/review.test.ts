import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { digestOf } from "../../src/review/digest.ts";
import {
  approvalBefore,
  isOpen,
  owedOf,
  type Review,
  type ReviewAct,
  ROLE_OF,
  reviewOf,
  STEPS,
  type Step,
  type StepCount,
} from "../../src/review/review.ts";
import {
  checkReturn,
  checkSignature,
  checkSubmission,
  mayUrge,
  type Reviewer,
  turnOf,
} from "../../src/review/review-rules.ts";

const DIGEST = "a".repeat(64);
const OTHER = "b".repeat(64);
const person = (id: string, ...roles: string[]): Reviewer => ({
  id,
  name: id,
  roles: roles.map((role) => ({ role })),
});
const editor = person("editor", "editor");
const reviewers = {
  first: person("one", "reviewer-1"),
  second: person("two", "reviewer-2"),
  final: person("three", "reviewer-3"),
};

/** Acts with the numbers and times of their order. */
function acts(...given: (Partial<ReviewAct> & Pick<ReviewAct, "act">)[]): ReviewAct[] {
  return given.map((act, index) => ({
    id: index + 1,
    at: (index + 1) * 1000,
    by: editor,
    inPlaceOf: null,
    step: null,
    steps: null,
    digest: null,
    files: null,
    playedThrough: null,
    change: null,
    reason: null,
    ...act,
  }));
}
const submitted = (steps: StepCount = 3) => ({ act: "submitted", steps, digest: DIGEST }) as const;
const signed = (step: Step) =>
  ({ act: "signed", step, digest: DIGEST, playedThrough: true, by: reviewers[step] }) as const;
const voided = { act: "voided", change: "trim", by: person("other", "editor") } as const;

const attempt = (review: Review, more: object = {}) => ({
  step: review.next ?? "first",
  version: review.version,
  digest: DIGEST,
  urgent: null,
  ...more,
});
const now = { today: DIGEST, lacks: [], mustHear: null };
const trySign = (review: Review, by: Reviewer, more: object = {}, today: object = {}) =>
  checkSignature(review, by, attempt(review, more), { ...now, ...today });
const refusal = (work: () => void): { code: string; message: string; hint: string } => {
  try {
    work();
  } catch (error) {
    return error as { code: string; message: string; hint: string };
  }
  throw new Error("It was not refused.");
};

describe("a review", () => {
  test("goes from the draft by three signatures to the approval", () => {
    const given = acts(
      { act: "edited", change: "recording" },
      submitted(),
      signed("first"),
      signed("second"),
      signed("final"),
    );
    const states = given.map((_, index) => {
      const { state, next } = reviewOf(given.slice(0, index + 1));
      return [state, next];
    });
    expect(states).toEqual([
      ["draft", null],
      ["submitted", "first"],
      ["in_review", "second"],
      ["in_review", "final"],
      ["approved", null],
    ]);
    expect(reviewOf([])).toMatchObject({ state: "draft", version: 0, next: null });
  });

  test.each([
    [1, ["final"]],
    [2, ["first", "final"]],
    [3, ["first", "second", "final"]],
  ] as const)("of %i steps takes %j", (count, steps) => {
    const given = acts(submitted(count), ...steps.map(signed));
    expect(reviewOf(given.slice(0, 1)).steps).toEqual(steps);
    expect(reviewOf(given.slice(0, -1)).state).not.toBe("approved");
    expect(reviewOf(given).state).toBe("approved");
  });

  test("ends by a return, a withdrawal or an edit, and keeps what was signed and who ended it", () => {
    const returned = reviewOf(
      acts(submitted(), signed("first"), { act: "returned", reason: "杂音", by: reviewers.second }),
    );
    expect(returned).toMatchObject({ state: "returned", next: null, signatures: [] });
    expect(returned.ended).toMatchObject({
      act: { reason: "杂音", by: { id: "two" } },
      lost: [{ step: "first" }],
    });
    const edited = reviewOf(acts(submitted(), signed("first"), voided));
    expect(edited).toMatchObject({ state: "draft", next: null, signatures: [] });
    expect(edited.ended).toMatchObject({ act: { change: "trim", by: { id: "other" } } });
    const all = [submitted(), signed("first"), signed("second"), signed("final")];
    expect(reviewOf(acts(...all, { act: "withdrawn" }))).toMatchObject({ state: "draft" });
    expect(reviewOf(acts(...all, { act: "withdrawn" }, submitted())).ended).toBeNull();
  });

  test("stays returned while its editor works on it", () => {
    const returned = { act: "returned", reason: "杂音", by: reviewers.first } as const;
    expect(reviewOf(acts(submitted(), returned, { act: "edited", change: "trim" })).state).toBe("returned");
  });

  test("was approved by the last round that came so far before an instant", () => {
    const round = [submitted(), signed("first"), signed("second"), signed("final")];
    const given = acts(...round, voided, submitted(), signed("first"));
    expect(approvalBefore(given, 3_999)).toBeNull();
    expect(approvalBefore(given, 4_000)).toMatchObject({ review: { version: 4 }, refusal: null });
    expect(approvalBefore(given, 60_000)?.review.signatures.map(({ step }) => step)).toEqual(STEPS);
  });
});

describe("a signature", () => {
  const fresh = reviewOf(acts(submitted()));
  const second = reviewOf(acts(submitted(), signed("first")));

  test("is taken of who has the role of the step that it waits for", () => {
    expect(() => trySign(fresh, reviewers.first)).not.toThrow();
    expect(() => trySign(second, reviewers.second)).not.toThrow();
    expect(refusal(() => trySign(fresh, person("x", "reviewer-2", "administrator")))).toMatchObject({
      code: "forbidden",
      message: "The first review is for who has the role reviewer-1.",
      members: { roles: ["reviewer-1"] },
    });
  });

  test("is refused out of order, and when somebody else signed at the same time", () => {
    expect(refusal(() => trySign(fresh, reviewers.final, { step: "final" }))).toMatchObject({
      code: "conflict",
      message: "It waits for the first review.",
    });
    expect(refusal(() => trySign(second, person("x", "reviewer-1"), { step: "first" }))).toMatchObject({
      code: "conflict",
      message: "The first review was signed already, by one.",
    });
    expect(refusal(() => trySign(second, reviewers.second, { version: 1 }))).toMatchObject({
      code: "conflict",
      message: "Somebody has acted on it since you opened it.",
    });
  });

  test("is never a second one of the same person, nor of who worked on it", () => {
    const all = (id: string) => person(id, "reviewer-1", "reviewer-2", "reviewer-3", "editor");
    expect(refusal(() => trySign(second, all("one")))).toMatchObject({
      code: "forbidden",
      message: "You have signed the first review of it already.",
    });
    expect(refusal(() => trySign(fresh, all("editor")))).toMatchObject({ code: "forbidden" });
    const edited = reviewOf(acts({ act: "edited", change: "trim", by: all("other") }, submitted()));
    expect(refusal(() => trySign(edited, all("other"))).message).toMatch(/You have had a part in making it/);
    const voidedBefore = reviewOf(acts(submitted(), voided, submitted()));
    expect(refusal(() => trySign(voidedBefore, all("other"))).message).toMatch(/You have had a part/);
  });

  test("is for what is there today and was submitted, played through where that is asked for", () => {
    const message = "What is there now is not what you heard.";
    expect(refusal(() => trySign(fresh, reviewers.first, { digest: OTHER }))).toMatchObject({ message });
    expect(refusal(() => trySign(fresh, reviewers.first, {}, { today: OTHER }))).toMatchObject({ message });
    const lacks = [{ at: "/parts/0", message: "要闻: loudspeaker-opus is being made" }];
    expect(refusal(() => trySign(fresh, reviewers.first, {}, { today: null, lacks }))).toMatchObject({
      code: "conflict",
      message: "It cannot be signed while a rendition of it is being made.",
      details: lacks,
    });
    const rendered = refusal(() => trySign(fresh, reviewers.first, { digest: OTHER }, { today: OTHER }));
    expect(rendered).toMatchObject({ code: "conflict", message });
  });

  test("of what is not under review says what became of it", () => {
    const messageOf = (...given: Parameters<typeof acts>) =>
      refusal(() => trySign(reviewOf(acts(...given)), reviewers.first)).message;
    expect(messageOf()).toBe("It is not under review.");
    expect(messageOf(submitted(), voided)).toBe("It was changed by other, which ended its review.");
    expect(messageOf(submitted(), { act: "returned", reason: "x", by: reviewers.first })).toBe(
      "It was returned by one.",
    );
    expect(messageOf(submitted(1), signed("final"))).toBe("It is approved already.");
  });
});

describe("an urgent signature", () => {
  const fresh = reviewOf(acts(submitted()));
  const urgent = { step: "final", urgent: "汛情" };
  const early = { ...signed("final"), reason: "汛情" };

  test("is the final one alone, of who may sign it, with a reason", () => {
    expect(() => trySign(fresh, reviewers.final, urgent)).not.toThrow();
    expect(mayUrge(fresh, reviewers.final)).toBe(true);
    expect(mayUrge(fresh, reviewers.second)).toBe(false);
    expect(refusal(() => trySign(fresh, reviewers.final, { step: "final" })).message).toBe(
      "It waits for the first review.",
    );
    expect(refusal(() => trySign(fresh, reviewers.first, urgent))).toMatchObject({ code: "forbidden" });
    expect(refusal(() => trySign(fresh, reviewers.second, { ...urgent, step: "second" }))).toMatchObject({
      code: "invalid",
      details: [{ at: "/urgent" }],
    });
    const last = reviewOf(acts(submitted(), signed("first"), signed("second")));
    expect(refusal(() => trySign(last, reviewers.final, urgent)).code).toBe("invalid");
    expect(refusal(() => trySign(fresh, reviewers.final, { ...urgent, digest: OTHER })).code).toBe(
      "conflict",
    );
    expect(refusal(() => trySign(fresh, reviewers.final, { ...urgent, version: 7 })).code).toBe("conflict");
  });

  test("lets it air at once; the others are owed in their order, and still by other people", () => {
    const aired = reviewOf(acts(submitted(), early));
    expect(aired).toMatchObject({ state: "approved", next: "first" });
    expect(owedOf(aired)).toEqual(["first", "second"]);
    expect(refusal(() => checkSubmission(aired, DIGEST, true)).message).toBe("It is approved already.");
    const all = person("three", "reviewer-1", "reviewer-3");
    expect(refusal(() => trySign(aired, all)).message).toBe(
      "You have signed the final review of it already.",
    );
    expect(refusal(() => trySign(aired, reviewers.second, { step: "second" })).message).toBe(
      "It waits for the first review.",
    );
    const settled = reviewOf(acts(submitted(), early, signed("first"), signed("second")));
    expect(settled).toMatchObject({ state: "approved", next: null });
    expect(owedOf(settled)).toEqual([]);
  });

  test("is owed whatever becomes of it, until it is signed, returned or withdrawn", () => {
    const debtOf = (...given: Parameters<typeof acts>) => reviewOf(acts(...given)).debt;
    const debt = { steps: ["first", "second"], since: 2_000 };
    expect(debtOf(submitted(), early)).toEqual(debt);
    expect(debtOf(submitted(), early, signed("first"))).toEqual({ ...debt, steps: ["second"] });
    expect(debtOf(submitted(), early, voided)).toEqual(debt);
    expect(debtOf(submitted(), early, voided, submitted(), signed("first"), signed("second"))).toEqual(debt);
    expect(debtOf(submitted(), early, voided, submitted(), early)).toEqual(debt);
    const round = [submitted(), signed("first"), signed("second"), signed("final")];
    expect(debtOf(submitted(), early, voided, ...round)).toBeNull();
    const returned = { act: "returned", reason: "不实", by: reviewers.first } as const;
    expect(debtOf(submitted(), early, voided, submitted(), returned)).toBeNull();
    const withdrawn = { act: "withdrawn", reason: "不再播", by: reviewers.final } as const;
    expect(debtOf(submitted(), early, voided, withdrawn)).toBeNull();
    // Its term does not begin anew by that; by a return it does.
    expect(debtOf(submitted(), early, withdrawn, submitted(), early)).toEqual(debt);
    expect(debtOf(submitted(), early, returned, submitted(), early)).toEqual({ ...debt, since: 5_000 });
    expect(debtOf(submitted(), early, withdrawn, ...round, voided, submitted(), early)?.since).toBe(10_000);
    // What aired by it says what settled it.
    expect(approvalBefore(acts(submitted(), early, voided, ...round), 2_500)?.settled).toMatchObject({
      id: 7,
    });
    expect(approvalBefore(acts(submitted(), early, voided, withdrawn), 2_500)?.settled).toMatchObject(
      withdrawn,
    );
    expect(approvalBefore(acts(submitted(), early, voided), 2_500)?.settled).toBeNull();
  });

  test("is refused afterwards by whose turn it is; what aired by it keeps the later signatures and the refusal", () => {
    const returned = { act: "returned", reason: "不实", by: reviewers.second } as const;
    const given = acts(submitted(), early, signed("first"), returned);
    expect(reviewOf(given)).toMatchObject({ state: "returned", next: null });
    const approval = approvalBefore(given, 2_000);
    expect(approval?.review.signatures.map(({ step }) => step)).toEqual(["final", "first"]);
    expect(approval?.refusal).toMatchObject({ reason: "不实", by: { id: "two" } });
    // A return before anything was let air refuses nothing that aired.
    const again = acts(submitted(1), signed("final"), submitted(1), { ...returned, by: reviewers.final });
    expect(approvalBefore(again, 60_000)?.refusal).toBeNull();
  });
});

describe("who stands in for a colleague", () => {
  const review = reviewOf(acts(submitted()));
  const standIn = (id: string, ...of: [role: string, away: string][]): Reviewer => ({
    ...person(id),
    roles: of.map(([role, away]) => ({ role, inPlaceOf: { id: away, name: away } })),
  });

  test("signs in their place, or by the own role where there is one", () => {
    const deputy = standIn("d", ["reviewer-1", "one"]);
    expect(checkSignature(review, deputy, attempt(review), now)).toEqual({ id: "one", name: "one" });
    expect(checkReturn(review, deputy, review.version)).toEqual({ id: "one", name: "one" });
    const both = { ...deputy, roles: [...deputy.roles, { role: "reviewer-1" }] };
    expect(checkSignature(review, both, attempt(review), now)).toBeNull();
  });

  test("never lets one person sign two steps: neither who signs nor who is away", () => {
    const inPlace = { ...signed("first"), by: person("d"), inPlaceOf: reviewers.first };
    const second = reviewOf(acts(submitted(), inPlace));
    const message = (by: Reviewer) => refusal(() => trySign(second, by)).message;
    expect(message(person("d", "reviewer-2"))).toBe("You have signed the first review of it already.");
    expect(message(person("one", "reviewer-2"))).toBe(
      "The first review of it was signed in your place already.",
    );
    const away = "Whom you stand in for has had a part in it already.";
    expect(message(standIn("e", ["reviewer-2", "one"]))).toBe(away);
    expect(message(standIn("e", ["reviewer-2", "d"]))).toBe(away);
    expect(message(standIn("e", ["reviewer-2", "editor"]))).toBe(away);
    const other = standIn("e", ["reviewer-2", "one"], ["reviewer-2", "two"]);
    expect(checkSignature(second, other, attempt(second), now)).toMatchObject({ id: "two" });
  });
});

test("a return takes the role and the turn of a signature", () => {
  const review = reviewOf(acts(submitted(), signed("first")));
  expect(() => checkReturn(review, reviewers.second, review.version)).not.toThrow();
  expect(refusal(() => checkReturn(review, reviewers.final, review.version)).code).toBe("forbidden");
  expect(refusal(() => checkReturn(review, reviewers.second, 1)).code).toBe("conflict");
  expect(refusal(() => checkReturn(reviewOf([]), reviewers.first, 0)).code).toBe("conflict");
});

test("it is submitted once, and anew when its renditions are others by now", () => {
  const review = reviewOf(acts(submitted(), signed("first")));
  expect(refusal(() => checkSubmission(review, DIGEST)).message).toMatch(/waits for the second review/);
  expect(() => checkSubmission(review, OTHER)).not.toThrow();
  const approved = reviewOf(acts(submitted(1), signed("final")));
  // What has aired is reviewed again; the round before holds until it has gone through.
  expect(() => checkSubmission(approved, DIGEST, true)).not.toThrow();
  const again = reviewOf(acts(submitted(1), signed("final"), submitted(1)));
  expect(again).toMatchObject({ state: "submitted", next: "final", signatures: [] });
  expect(refusal(() => checkSubmission(again, DIGEST, true)).message).toMatch(/waits for the final review/);
  expect(refusal(() => checkSubmission(approved, OTHER)).message).toBe("It is approved already.");
});

test("whatever is tried in whatever order: approved only by that many different people, none of whom worked on it", () => {
  const people = ["a", "b", "c", "d", "e"].map((id) => person(id, ...Object.values(ROLE_OF)));
  const who = fc.constantFrom(...people);
  const move = fc.oneof(
    fc.record({ act: fc.constant("edit" as const), by: who }),
    fc.record({ act: fc.constant("submit" as const), by: who, steps: fc.constantFrom<StepCount>(1, 2, 3) }),
    {
      weight: 4,
      arbitrary: fc.record({
        act: fc.constant("sign" as const),
        by: who,
        step: fc.constantFrom(...STEPS),
        urgent: fc.constantFrom(null, null, null, "汛情"),
      }),
    },
    fc.record({ act: fc.constant("return" as const), by: who }),
  );
  let approvals = 0;
  let urgencies = 0;
  const turns = new Set<string>();
  fc.assert(
    fc.property(fc.array(move, { maxLength: 40 }), (moves) => {
      const given: ReviewAct[] = [];
      const add = (act: Parameters<typeof acts>[0]) => {
        const [made] = acts(act);
        if (made) given.push({ ...made, id: given.length + 1 });
      };
      for (const each of moves) {
        const review = reviewOf(given);
        const { by } = each;
        try {
          if (each.act === "edit") add({ act: isOpen(review) ? "voided" : "edited", change: "trim", by });
          if (each.act === "submit") {
            checkSubmission(review, DIGEST);
            add({ ...submitted(each.steps), by });
          }
          if (each.act === "sign") {
            turns.add(`${turnOf(review, by)?.isTheirs ?? false} ${!refused(review, by)}`);
            trySign(review, by, { step: each.step, urgent: each.urgent });
            add({ ...signed(each.step), by, reason: each.urgent });
          }
          if (each.act === "return") {
            checkReturn(review, by, review.version);
            add({ act: "returned", reason: "x", by });
          }
        } catch (error) {
          if (!(error instanceof Error) || error.name !== "AppError") throw error;
        }
        const after = reviewOf(given);
        if (after.state !== "approved") continue;
        approvals += 1;
        const signers = after.signatures.map((signature) => signature.by.id);
        const steps = after.signatures.map(({ step }) => step);
        expect(steps).toContain("final");
        expect(new Set([...steps, ...owedOf(after)])).toEqual(new Set(after.steps));
        expect(new Set(signers).size).toBe(signers.length);
        const isUrgent = after.signatures.some(({ reason }) => reason !== null);
        if (isUrgent) urgencies += 1;
        expect(isUrgent || owedOf(after).length === 0).toBe(true);
        expect(signers.filter((id) => after.workedOn.has(id))).toEqual([]);
      }
    }),
    { numRuns: 500 },
  );
  expect(approvals).toBeGreaterThan(20);
  expect(urgencies).toBeGreaterThan(5);
  // Whose turn it is said to be can sign, and nobody else.
  expect([...turns].toSorted()).toEqual(["false false", "true true"]);
});
const refused = (review: Review, by: Reviewer) => {
  try {
    trySign(review, by);
    return false;
  } catch {
    return true;
  }
};

test("what is signed is the file's own digest, or one over all files in order", () => {
  const one = { part: 1, profile: "loudspeaker-mp3", sha256: DIGEST };
  expect(digestOf([one])).toBe(DIGEST);
  const two = { part: 2, profile: "loudspeaker-mp3", sha256: OTHER };
  const video = { part: 1, profile: "terminal-mp4", sha256: OTHER };
  const text = `1 loudspeaker-mp3 ${DIGEST}\n1 terminal-mp4 ${OTHER}\n2 loudspeaker-mp3 ${OTHER}\n`;
  const expected = createHash("sha256").update(text).digest("hex");
  expect(digestOf([two, video, one])).toBe(expected);
  expect(digestOf([{ ...two, part: 1 }, video, { ...one, part: 2 }])).not.toBe(expected);
});

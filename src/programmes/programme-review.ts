import type { StepCount } from "../review/review.ts";

/** How the content of a programme is reviewed. */
export interface ReviewSettings {
  /** How many signatures it takes, each by another person; holds from the next submission on. */
  steps: StepCount;
  /** Whether a signature takes the statement that all of it was heard. */
  playThrough: boolean;
  /** Whether what has aired is reviewed anew before it airs again on another date. */
  reruns: boolean;
  /** Within how many hours the signatures are given that an urgent one did not wait for. */
  owedHours: number;
  /** Segments that have to have a consent of who is portrayed, by name. */
  consentSegments: string[];
}

export const DEFAULT_REVIEW: ReviewSettings = {
  steps: 3,
  playThrough: true,
  reruns: false,
  owedHours: 24,
  consentSegments: [],
};

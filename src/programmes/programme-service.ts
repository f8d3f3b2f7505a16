import { v7 as uuidv7 } from "uuid";
import { invalid, notFound } from "../errors.ts";
import type { Programme, ProgrammeStore } from "./programme-store.ts";

export interface ProgrammeService {
  all(): Programme[];
  /** @throws {AppError} `not_found` */
  get(id: string): Programme;
  /** @throws {AppError} `invalid` at `/programmeId` when unknown or of the other kind */
  require(id: string, kind: Programme["kind"]): Programme;
  create(programme: Omit<Programme, "id">): Programme;
}

export function createProgrammeService(store: ProgrammeStore): ProgrammeService {
  return {
    all: store.all,

    get(id) {
      const programme = store.get(id);
      if (!programme) throw notFound("programme", id);
      return programme;
    },

    require(id, kind) {
      const programme = store.get(id);
      if (!programme)
        throw invalid("/programmeId", "There is no such programme.", "GET /api/v1/programmes lists them.");
      if (programme.kind !== kind) {
        const has = programme.kind === "broadcast" ? "episodes" : "sessions";
        throw invalid("/programmeId", `${programme.title} has ${has}.`);
      }
      return programme;
    },

    create(input) {
      const programme = { ...input, id: uuidv7() };
      store.insert(programme);
      return programme;
    },
  };
}

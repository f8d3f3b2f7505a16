import type { FastifySchemaCompiler } from "fastify";
import { type TSchema, Type } from "typebox";
import { Compile } from "typebox/compile";
import type { TLocalizedValidationError } from "typebox/error";
import { Value } from "typebox/value";
import { AppError, type ErrorDetail } from "../errors.ts";

const MAX_DETAILS = 20;

/**
 * Bodies are taken as they are: `"5"` is not a number there. Query and path arrive as text, so they are converted
 * first. All that is wrong is reported together, by JSON pointer.
 */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const validator = Compile(schema);
  const fromText = httpPart === "querystring" || httpPart === "params";
  const mayBeAbsent = Type.IsOptional(schema);
  return (input: unknown) => {
    if (mayBeAbsent && (input === null || input === undefined)) return { value: undefined };
    const value = Value.Default(schema, fromText ? Value.Convert(schema, input ?? {}) : input);
    if (validator.Check(value)) return { value };
    const details = [...validator.Errors(value)].flatMap(describe).slice(0, MAX_DETAILS);
    const where =
      { body: "body", querystring: "query", params: "path", headers: "headers" }[httpPart ?? ""] ?? "input";
    return { error: new AppError("invalid", `The ${where} is not as described in /api/docs.`, { details }) };
  };
};

function describe({ instancePath, message, params, keyword }: TLocalizedValidationError): ErrorDetail[] {
  // The field itself and its object are both reported for a field too many; the object's message names it.
  if (keyword === "boolean") return [];
  const extra = keyword === "additionalProperties" ? `: ${params.additionalProperties.join(", ")}` : "";
  return [{ at: instancePath || "/", message: message + extra }];
}

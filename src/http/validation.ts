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
    const error = new AppError("invalid", `The ${where} is not as described in /api/docs.`, {
      details,
      hint: "Correct what `errors` names, and send it again.",
    });
    return { error };
  };
};

function describe({ instancePath, message, ...error }: TLocalizedValidationError): ErrorDetail[] {
  const at = instancePath || "/";
  // The field itself and its object are both reported for a field too many; the object's message names it.
  if (error.keyword === "boolean") return [];
  if (error.keyword === "additionalProperties")
    return [{ at, message: `${message}: ${error.params.additionalProperties.join(", ")}` }];
  if (error.keyword === "uniqueItems")
    return error.params.duplicateItems.map((index) => ({
      at: `${instancePath}/${index}`,
      message: "must not be there a second time",
    }));
  if (error.keyword === "enum")
    return [{ at, message: `must be one of ${error.params.allowedValues.join(", ")}` }];
  if (error.keyword === "const")
    return [{ at, message: `must be ${JSON.stringify(error.params.allowedValue)}` }];
  return [{ at, message }];
}

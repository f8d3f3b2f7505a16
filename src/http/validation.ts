import type { FastifySchemaCompiler } from "fastify";
import type { TSchema } from "typebox";
import { Compile } from "typebox/compile";
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
  return (input: unknown) => {
    const value = Value.Default(schema, fromText ? Value.Convert(schema, input ?? {}) : input);
    if (validator.Check(value)) return { value };
    const details = [...validator.Errors(value)].slice(0, MAX_DETAILS).map(({ instancePath, message, params }): ErrorDetail => ({
      at: instancePath || "/",
      message: `${message}${describeParams(params)}`,
    }));
    const where = { body: "body", querystring: "query", params: "path", headers: "headers" }[httpPart ?? ""] ?? "input";
    return { error: new AppError("invalid", `The ${where} is not as described in /api/docs.`, { details }) };
  };
};

function describeParams(params: unknown): string {
  const { additionalProperties, requiredProperties } = params as {
    additionalProperties?: string[];
    requiredProperties?: string[];
  };
  const names = additionalProperties ?? requiredProperties;
  return names ? `: ${names.join(", ")}` : "";
}

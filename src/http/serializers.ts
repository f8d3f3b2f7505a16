import fastJsonStringify from "fast-json-stringify";
import type { FastifySchema, FastifySerializerCompiler } from "fastify";
import { once } from "../once.ts";

const byShape = new Map<string, ReturnType<FastifySerializerCompiler<FastifySchema>>>();

/**
 * What writes answers by their schemas, which stand alone. The same answer is that of many operations, as every refusal is:
 * it is compiled once, as this takes a large part of the server's start.
 */
export const serializerCompiler: FastifySerializerCompiler<FastifySchema> = ({ schema }) =>
  once(byShape, JSON.stringify(schema), () => fastJsonStringify(schema));

import fastJsonStringify from "fast-json-stringify";
import type { FastifySchema, FastifySerializerCompiler } from "fastify";

const byShape = new Map<string, ReturnType<FastifySerializerCompiler<FastifySchema>>>();

/**
 * What writes answers by their schemas, which stand alone. The same answer is that of many operations, as every refusal is:
 * it is compiled once, as this takes a large part of the server's start.
 */
export const serializerCompiler: FastifySerializerCompiler<FastifySchema> = ({ schema }) => {
  const shape = JSON.stringify(schema);
  let serialize = byShape.get(shape);
  if (!serialize) {
    serialize = fastJsonStringify(schema);
    byShape.set(shape, serialize);
  }
  return serialize;
};

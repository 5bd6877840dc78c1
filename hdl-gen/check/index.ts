import type { Diagnostic, Module } from "../core/ir.ts";
export const checkModule = (_m: Module): readonly Diagnostic[] => [];

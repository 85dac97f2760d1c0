pub(crate) fn value(_: &super::Function, v: super::ValueId) -> String { format!("%{}", v.0) }

//! What in a syntax tree some CPython takes in another way than RustPython. Whether all of them
//! compile it, the automaton of the static tier has said.

use rustpython_vm::compiler::ast::visitor::{
    walk_body, walk_expr, walk_interpolated_string_element, Visitor,
};
use rustpython_vm::compiler::ast::{
    ConversionFlag, Expr, InterpolatedStringElement, Mod, StringLiteral,
};

use super::versions;

/// Classes that take a subscript from Python 3.9 on.
const GENERIC: [&str; 6] = ["dict", "frozenset", "list", "set", "tuple", "type"];

/// What in `module` a CPython of version `python` may take in another way.
pub(super) fn odd_expression(module: &Mod, python: (u8, u8)) -> Option<&'static str> {
    let mut search = Search { python, odd: None };
    if let Mod::Module(module) = module {
        walk_body(&mut search, &module.body);
    }
    search.odd
}

struct Search {
    python: (u8, u8),
    odd: Option<&'static str>,
}

impl<'a> Visitor<'a> for Search {
    fn visit_string_literal(&mut self, string: &'a StringLiteral) {
        self.text(&string.value);
    }

    fn visit_interpolated_string_element(&mut self, element: &'a InterpolatedStringElement) {
        match element {
            InterpolatedStringElement::Literal(literal) => self.text(&literal.value),
            InterpolatedStringElement::Interpolation(field) => {
                let has_fields = field
                    .format_spec
                    .as_ref()
                    .is_some_and(|spec| spec.elements.interpolations().next().is_some());
                // `repr` of the value comes after the fields of its format
                let is_late = self.python < (3, 13) && field.conversion != ConversionFlag::None;
                if is_late && has_fields {
                    self.odd = Some("a conversion before a computed format");
                }
            }
        }
        walk_interpolated_string_element(self, element);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Subscript(subscript) = expression {
            let class = matches!(&*subscript.value, Expr::Name(name) if GENERIC.contains(&name.id.as_str()));
            if self.python < (3, 9) && class {
                self.odd = Some("a subscript of a builtin type");
            }
        }
        walk_expr(self, expression);
    }
}

impl Search {
    /// Notes characters that not every CPython knows, to change their case or to write them.
    fn text(&mut self, text: &str) {
        if !text.is_ascii() && !text.chars().all(versions::is_settled) {
            self.odd = Some("a character that Unicode has defined of late");
        }
    }
}

//! The counter's one way to draw: an element, its attributes and what is inside, as plain values.
//! A `view!` has a type of its own for every shape it draws, and each is compiled with its own building
//! and changing; a [`Node`] is compiled once. Never: a signal; it is drawn anew and the page follows.

use std::any::Any;
use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;

use leptos::ev;
use leptos::prelude::event_target_value;
use leptos::tachys::renderer::{Rndr, types};

/// What an event does.
pub type Act = Box<dyn FnMut(types::Event)>;

/// A text, or an element.
pub enum Node {
    /// A text between elements.
    Text(Cow<'static, str>),
    /// An element with all that is in it.
    Element(Box<Element>),
}

/// An element as it shall be. Two with the same tag, class and events are changed into each other;
/// any others replace each other.
pub struct Element {
    tag: &'static str,
    class: &'static str,
    attributes: Vec<(&'static str, Cow<'static, str>)>,
    /// What stands in an input, as far as the model knows.
    value: Option<String>,
    acts: Vec<(&'static str, Act)>,
    inside: Inside,
}

enum Inside {
    Nodes(Vec<Node>),
    /// A drawing of ours; never a text from outside.
    Drawing(&'static str),
}

/// An element with a class, which may be empty.
#[must_use]
pub fn element(tag: &'static str, class: &'static str) -> Node {
    Node::Element(Box::new(Element {
        tag,
        class,
        attributes: Vec::new(),
        value: None,
        acts: Vec::new(),
        inside: Inside::Nodes(Vec::new()),
    }))
}

/// A drawing: what is inside an `svg`. Screen readers pass it by.
#[must_use]
pub fn drawing(class: &'static str, view_box: &'static str, inside: &'static str) -> Node {
    let svg = element("svg", class).attribute("viewBox", view_box);
    let svg = svg
        .attribute("aria-hidden", "true")
        .attribute("focusable", "false");
    svg.change(|element| element.inside = Inside::Drawing(inside))
}

impl Node {
    fn change(mut self, change: impl FnOnce(&mut Element)) -> Self {
        if let Self::Element(element) = &mut self {
            change(element);
        }
        self
    }

    /// With an attribute.
    #[must_use]
    pub fn attribute(self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Self {
        let value = value.into();
        self.change(|element| element.attributes.push((name, value)))
    }

    /// With an attribute that has no value, where it is so.
    #[must_use]
    pub fn flag(self, name: &'static str, is_so: bool) -> Self {
        if is_so {
            self.attribute(name, "")
        } else {
            self
        }
    }

    /// With its language, where that is not the page's own.
    #[must_use]
    pub fn lang(self, lang: Option<impl Into<Cow<'static, str>>>) -> Self {
        match lang {
            Some(lang) => self.attribute("lang", lang),
            None => self,
        }
    }

    /// With this standing in an input.
    #[must_use]
    pub fn value(self, value: &str) -> Self {
        self.change(|element| element.value = Some(value.to_owned()))
    }

    /// With what an event does.
    #[must_use]
    pub fn on(self, event: &'static str, act: Act) -> Self {
        self.change(|element| element.acts.push((event, act)))
    }

    /// With what a changed input does.
    #[must_use]
    pub fn on_input(self, mut act: impl FnMut(String) + 'static) -> Self {
        self.on(
            "input",
            Box::new(move |event| act(event_target_value(&event))),
        )
    }

    /// With what a pressed key does, by its name.
    #[must_use]
    pub fn on_key(self, act: fn(&str)) -> Self {
        let act = move |event| act(&ev::KeyboardEvent::from(event).key());
        self.on("keydown", Box::new(act))
    }

    /// With what sending a form does, instead of loading a page.
    #[must_use]
    pub fn on_submit(self, mut act: impl FnMut() + 'static) -> Self {
        let act = move |event| {
            ev::Event::from(event).prevent_default();
            act();
        };
        self.on("submit", Box::new(act))
    }

    /// With one more node inside.
    #[must_use]
    pub fn with(self, node: Self) -> Self {
        self.with_all([node])
    }

    /// With more nodes inside: those of a list, or one that may not be there.
    #[must_use]
    pub fn with_all(self, nodes: impl IntoIterator<Item = Self>) -> Self {
        self.change(|element| {
            if let Inside::Nodes(inside) = &mut element.inside {
                inside.extend(nodes);
            }
        })
    }

    /// With a text inside.
    #[must_use]
    pub fn text(self, text: impl Into<Cow<'static, str>>) -> Self {
        self.with(Self::Text(text.into()))
    }
}

/// A node on the page, with what it was drawn from.
enum Drawn {
    Text(types::Text, Cow<'static, str>),
    Element(Box<DrawnElement>),
}

struct DrawnElement {
    element: types::Element,
    tag: &'static str,
    class: &'static str,
    attributes: Vec<(&'static str, Cow<'static, str>)>,
    value: Option<String>,
    acting: Vec<Acting>,
    drawing: Option<&'static str>,
    inside: Vec<Drawn>,
}

/// How to listen to an element: until what is given back is dropped.
pub type Listen = fn(&types::Element, &'static str, Act) -> Box<dyn Any>;

/// A listener stays for an element's life; what it does changes with every drawing.
struct Acting {
    event: &'static str,
    act: Rc<RefCell<Option<Act>>>,
    _listener: Box<dyn Any>,
}

impl Acting {
    fn add(element: &types::Element, event: &'static str, act: Act, listen: Listen) -> Self {
        let act = Rc::new(RefCell::new(Some(act)));
        let called = Rc::clone(&act);
        let call = Box::new(move |event| {
            // Taken out while it runs, so that it may be exchanged by what it does.
            let act = called.take();
            if let Some(mut act) = act {
                act(event);
                called.borrow_mut().get_or_insert(act);
            }
        });
        Self {
            event,
            act,
            _listener: listen(element, event, call),
        }
    }
}

fn set_value(element: &types::Element, value: &str) {
    Rndr::set_property_or_value(element, "value", &value.into());
}

impl Drawn {
    fn of(node: Node, listen: Listen) -> Self {
        let element = match node {
            Node::Text(text) => return Self::Text(Rndr::create_text_node(&text), text),
            Node::Element(element) => *element,
        };
        let is_svg = element.tag == "svg";
        let namespace = is_svg.then_some("http://www.w3.org/2000/svg");
        let on_page = Rndr::create_element(element.tag, namespace);
        if !element.class.is_empty() {
            Rndr::set_attribute(&on_page, "class", element.class);
        }
        for (name, value) in &element.attributes {
            Rndr::set_attribute(&on_page, name, value);
        }
        let mut inside = Vec::new();
        let mut drawing = None;
        match element.inside {
            Inside::Nodes(nodes) => change_all(&on_page, &mut inside, nodes, listen),
            Inside::Drawing(svg) => {
                Rndr::set_inner_html(&on_page, svg);
                drawing = Some(svg);
            }
        }
        if let Some(value) = &element.value {
            set_value(&on_page, value);
        }
        let acts = element.acts.into_iter();
        let acting = acts.map(|(event, act)| Acting::add(&on_page, event, act, listen));
        Self::Element(Box::new(DrawnElement {
            acting: acting.collect(),
            element: on_page,
            tag: element.tag,
            class: element.class,
            attributes: element.attributes,
            value: element.value,
            drawing,
            inside,
        }))
    }

    fn node(&self) -> &types::Node {
        match self {
            Self::Text(text, _) => text,
            Self::Element(drawn) => &drawn.element,
        }
    }

    /// Changes what is on the page, or puts another in its place.
    fn change(&mut self, parent: &types::Element, node: Node, listen: Listen) {
        match (&mut *self, node) {
            (Self::Text(on_page, old), Node::Text(new)) => {
                if *old != new {
                    Rndr::set_text(on_page, &new);
                    *old = new;
                }
            }
            (Self::Element(drawn), Node::Element(element)) if drawn.is_like(&element) => {
                drawn.change(*element, listen);
            }
            (_, node) => {
                let other = Self::of(node, listen);
                Rndr::insert_node(parent, other.node(), Some(self.node()));
                Rndr::remove(self.node());
                *self = other;
            }
        }
    }
}

impl DrawnElement {
    fn is_like(&self, other: &Element) -> bool {
        let drawing = match other.inside {
            Inside::Nodes(_) => None,
            Inside::Drawing(svg) => Some(svg),
        };
        let events = self.acting.iter().map(|acting| acting.event);
        self.tag == other.tag
            && self.class == other.class
            && self.drawing == drawing
            && events.eq(other.acts.iter().map(|(event, _)| *event))
    }

    fn change(&mut self, new: Element, listen: Listen) {
        if self.attributes != new.attributes {
            for (name, _) in &self.attributes {
                if !new.attributes.iter().any(|(kept, _)| kept == name) {
                    Rndr::remove_attribute(&self.element, name);
                }
            }
            for attribute in &new.attributes {
                if !self.attributes.contains(attribute) {
                    Rndr::set_attribute(&self.element, attribute.0, &attribute.1);
                }
            }
            self.attributes = new.attributes;
        }
        for (acting, (_, act)) in self.acting.iter().zip(new.acts) {
            acting.act.replace(Some(act));
        }
        if let Inside::Nodes(nodes) = new.inside {
            change_all(&self.element, &mut self.inside, nodes, listen);
        }
        if self.value != new.value {
            set_value(&self.element, new.value.as_deref().unwrap_or_default());
            self.value = new.value;
        }
    }
}

/// Makes what is inside a parent what it shall be, place by place.
fn change_all(parent: &types::Element, drawn: &mut Vec<Drawn>, nodes: Vec<Node>, listen: Listen) {
    for surplus in drawn.drain(nodes.len().min(drawn.len())..) {
        Rndr::remove(surplus.node());
    }
    for (at, node) in nodes.into_iter().enumerate() {
        if let Some(drawn) = drawn.get_mut(at) {
            drawn.change(parent, node, listen);
        } else {
            let new = Drawn::of(node, listen);
            Rndr::insert_node(parent, new.node(), None);
            drawn.push(new);
        }
    }
}

/// Everything on a page, in order.
pub struct Page(pub Vec<Node>);

/// A page that stands. It is its parent's for good.
pub struct Standing {
    parent: types::Element,
    listen: Listen,
    drawn: Vec<Drawn>,
}

impl Page {
    /// Puts the page into its parent, whose last children it becomes.
    #[must_use]
    pub fn stand(self, parent: types::Element, listen: Listen) -> Standing {
        let mut standing = Standing {
            parent,
            listen,
            drawn: Vec::new(),
        };
        standing.change(self);
        standing
    }
}

impl Standing {
    /// Makes what stands what it shall be.
    pub fn change(&mut self, page: Page) {
        change_all(&self.parent, &mut self.drawn, page.0, self.listen);
    }
}

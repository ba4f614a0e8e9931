//! An API operation as a row of data.

use std::fmt;

use crate::reflect::Struct;
use crate::shape::{Kind, Shape};
use crate::version::{ApiVersion, Versions};

/// One of the three APIs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum System {
    /// Veeam Backup Enterprise Manager.
    Em,
    /// Veeam Backup for Microsoft 365.
    Vb365,
    /// ZStack.
    Zstack,
}

impl System {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Em, Self::Vb365, Self::Zstack];

    /// `em`, `vb365` or `zstack`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Em => "em",
            Self::Vb365 => "vb365",
            Self::Zstack => "zstack",
        }
    }

    /// The product's full name.
    #[must_use]
    pub const fn product(self) -> &'static str {
        match self {
            Self::Em => "Veeam Backup Enterprise Manager",
            Self::Vb365 => "Veeam Backup for Microsoft 365",
            Self::Zstack => "ZStack",
        }
    }
}

impl fmt::Display for System {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl std::str::FromStr for System {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|system| system.name().eq_ignore_ascii_case(text));
        found.ok_or_else(|| format!("`{}` is not a system: use em, vb365 or zstack", text.escape_debug()))
    }
}

/// An operation: everything that is known of it before it is called.
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    /// The API it belongs to.
    pub system: System,
    /// Its name: VB365's newest operationId, ZStack's API name, EM's method and path in PascalCase.
    pub name: &'static str,
    /// Names that older documents give it.
    pub aliases: &'static [&'static str],
    /// The HTTP method.
    pub method: &'static str,
    /// The path after the host, `{name}` for parameters; VB365's version prefix left out.
    pub path: &'static str,
    /// Other paths that lead to it, with or without some of its parameters (ZStack).
    pub also: &'static [&'static str],
    /// The parameters.
    pub params: &'static [Param],
    /// The API versions that have it.
    pub versions: Versions,
    /// The request body's type.
    pub request: Option<&'static Shape>,
    /// Where in the body the request stands, when it is wrapped (ZStack: `logInByAccount`).
    pub wrapper: Option<&'static str>,
    /// What the answer holds.
    pub response: Response,
    /// The versions that answer a listing with a bare array where the others answer with a page.
    pub bare: Option<Versions>,
    /// What older versions ask for and answer, where it is another type; the oldest first.
    pub older: &'static [Form],
    /// Whether the answer only starts the work.
    pub long_running: bool,
    /// Whether it needs no session.
    pub anonymous: bool,
}

/// What an operation asked for and answered up to some version.
#[derive(Debug, Clone, Copy)]
pub struct Form {
    /// The last version with this form; `None` for the newest.
    pub until: Option<ApiVersion>,
    /// The request body's type.
    pub request: Option<&'static Shape>,
    /// What the answer holds.
    pub response: Response,
}

impl Operation {
    /// An operation without parameters, body and answer; the generated code sets the rest with the methods below.
    #[must_use]
    pub const fn new(system: System, name: &'static str, method: &'static str, path: &'static str) -> Self {
        Self {
            system,
            name,
            aliases: &[],
            method,
            path,
            also: &[],
            params: &[],
            versions: Versions::ALL,
            request: None,
            wrapper: None,
            response: Response::Empty,
            bare: None,
            older: &[],
            long_running: false,
            anonymous: false,
        }
    }

    /// Sets the names that older documents give it.
    #[must_use]
    pub const fn aliases(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    /// Sets the other paths that lead to it.
    #[must_use]
    pub const fn also(mut self, paths: &'static [&'static str]) -> Self {
        self.also = paths;
        self
    }

    /// Sets the parameters.
    #[must_use]
    pub const fn params(mut self, params: &'static [Param]) -> Self {
        self.params = params;
        self
    }

    /// Sets the first API version that has it.
    #[must_use]
    pub const fn since(mut self, version: u8) -> Self {
        self.versions.since = ApiVersion::new(version);
        self
    }

    /// Sets the last API version that has it.
    #[must_use]
    pub const fn until(mut self, version: u8) -> Self {
        self.versions.until = ApiVersion::new(version);
        self
    }

    /// Sets the request body's type.
    #[must_use]
    pub const fn request(mut self, shape: &'static Shape) -> Self {
        self.request = Some(shape);
        self
    }

    /// Sets the member of the body that wraps the request.
    #[must_use]
    pub const fn wrapper(mut self, member: &'static str) -> Self {
        self.wrapper = Some(member);
        self
    }

    /// Sets what the answer holds.
    #[must_use]
    pub const fn response(mut self, response: Response) -> Self {
        self.response = response;
        self
    }

    /// Sets the versions that answer with a bare array.
    #[must_use]
    pub const fn bare(mut self, versions: Versions) -> Self {
        self.bare = Some(versions);
        self
    }

    /// Sets the older forms.
    #[must_use]
    pub const fn older(mut self, forms: &'static [Form]) -> Self {
        self.older = forms;
        self
    }

    /// Says that the answer only starts the work.
    #[must_use]
    pub const fn long_running(mut self) -> Self {
        self.long_running = true;
        self
    }

    /// Says that it needs no session.
    #[must_use]
    pub const fn anonymous(mut self) -> Self {
        self.anonymous = true;
        self
    }

    /// What the operation asks for and answers in one version of the API; without a version, in the newest.
    #[must_use]
    pub fn form(&self, version: Option<ApiVersion>) -> Form {
        let newest = Form { until: None, request: self.request, response: self.response };
        self.older.iter().find(|form| version.is_some() && version <= form.until).copied().unwrap_or(newest)
    }

    /// Whether a typed call of the form up to `until` (`None` for the newest) can be sent to a version: it is that
    /// version's form, or asks for the same and one of the two answers is empty.
    #[must_use]
    pub fn fits(&self, until: Option<ApiVersion>, version: Option<ApiVersion>) -> bool {
        let form = self.form(version);
        let call = self.form(until);
        let name = |request: Option<&Shape>| request.map(|shape| shape.name);
        form.until == call.until
            || name(form.request) == name(call.request)
                && (form.response.shape().is_none() || call.response.shape().is_none())
    }
}

/// What an answer holds.
#[derive(Debug, Clone, Copy)]
pub enum Response {
    /// Nothing.
    Empty,
    /// A body of this type.
    Body(&'static Shape),
    /// A body of this type, of which the named list is what the caller asked for; it may go on over several pages.
    Page(&'static Shape, &'static str),
    /// A body of the first type when the request says `format=Entity`, else one of the second, which only refers to it
    /// (Enterprise Manager).
    Forms(&'static Shape, &'static Shape),
    /// Bytes, such as a file.
    Bytes,
}

/// The parameter that chooses between the two of [`Response::Forms`].
pub const FORMAT: &str = "format";
/// The value of [`FORMAT`] that chooses the first.
pub const ENTITY: &str = "Entity";

impl Response {
    /// The body's type, if there is one; of two, the one with all fields.
    #[must_use]
    pub const fn shape(self) -> Option<&'static Shape> {
        match self {
            Self::Body(shape) | Self::Page(shape, _) | Self::Forms(shape, _) => Some(shape),
            Self::Empty | Self::Bytes => None,
        }
    }
}

/// A parameter of an operation.
#[derive(Debug)]
pub struct Param {
    /// Its name, as on the wire.
    pub name: &'static str,
    /// Where it goes.
    pub place: ParamPlace,
    /// What a value is.
    pub kind: Kind,
    /// Whether it may be given several times.
    pub list: bool,
    /// Whether it must be given.
    pub required: bool,
    /// The versions in which it must be given, of those that have it.
    pub required_in: Versions,
    /// The API versions that have it.
    pub versions: Versions,
}

impl Param {
    /// A parameter in the path, which must be given.
    #[must_use]
    pub const fn path(name: &'static str, kind: Kind) -> Self {
        Self { required: true, ..Self::new(name, ParamPlace::Path, kind) }
    }

    /// A parameter in the query string.
    #[must_use]
    pub const fn query(name: &'static str, kind: Kind) -> Self {
        Self::new(name, ParamPlace::Query, kind)
    }

    /// A parameter in the body, beside the wrapper.
    #[must_use]
    pub const fn body(name: &'static str, kind: Kind) -> Self {
        Self::new(name, ParamPlace::Body, kind)
    }

    const fn new(name: &'static str, place: ParamPlace, kind: Kind) -> Self {
        let (required_in, versions) = (Versions::ALL, Versions::ALL);
        Self { name, place, kind, list: false, required: false, required_in, versions }
    }

    /// Allows it several times.
    #[must_use]
    pub const fn list(mut self) -> Self {
        self.list = true;
        self
    }

    /// Says that it must be given.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Says that it must be given to this version and later ones.
    #[must_use]
    pub const fn required_since(mut self, version: u8) -> Self {
        self.required = true;
        self.required_in.since = ApiVersion::new(version);
        self
    }

    /// Says that it must be given to this version and earlier ones.
    #[must_use]
    pub const fn required_until(mut self, version: u8) -> Self {
        self.required = true;
        self.required_in.until = ApiVersion::new(version);
        self
    }

    /// Whether a request to a version of the API must carry it.
    #[must_use]
    pub fn is_required_in(&self, version: Option<ApiVersion>) -> bool {
        self.required && self.versions.contains(version) && self.required_in.contains(version)
    }

    /// Sets the first API version that has it.
    #[must_use]
    pub const fn since(mut self, version: u8) -> Self {
        self.versions.since = ApiVersion::new(version);
        self
    }

    /// Sets the last API version that has it.
    #[must_use]
    pub const fn until(mut self, version: u8) -> Self {
        self.versions.until = ApiVersion::new(version);
        self
    }
}

/// Where a parameter goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParamPlace {
    /// Into the path, percent-encoded.
    Path,
    /// Into the query string; a parameter of any kind ([`Kind::Json`]) is a map, of which each `key=value` goes there
    /// as `name.key=value` (ZStack).
    Query,
    /// Into the body, beside the member that wraps the request (ZStack's tags).
    Body,
}

/// What an answer is read into: a model, or `()` where there is no body.
pub trait Answer: Default + Send {
    /// The value to read the body into; `None` where there is no body.
    fn target(&mut self) -> Option<&mut dyn Struct>;
}

impl Answer for () {
    fn target(&mut self) -> Option<&mut dyn Struct> {
        None
    }
}

impl<T: crate::reflect::Model> Answer for T {
    fn target(&mut self) -> Option<&mut dyn Struct> {
        Some(self)
    }
}

/// One of the systems, as a type: what tells at compile time which client a call is for.
///
/// The models have one for each system (`backhaul_models::em::Em`), so that a client can take `Call<Api = Em>` and
/// nothing else.
pub trait Api: Send + Sync + 'static {
    /// The system.
    const SYSTEM: System;
}

/// A typed call of an operation: its parameters, its body, and the type of its answer.
pub trait Call: Send + Sync {
    /// The system that it is for.
    type Api: Api;
    /// The answer's body; `()` where there is none.
    type Answer: Answer;
    /// The operation.
    const OPERATION: &'static Operation;
    /// The last version whose form this call has, when later ones ask for or answer another type; `None` for the newest
    /// form.
    const FORM_UNTIL: Option<ApiVersion> = None;
    /// The body to send.
    fn body(&self) -> Option<&dyn Struct> {
        None
    }
    /// Hands every parameter that is set to `visit`, with its text.
    fn params(&self, visit: &mut dyn FnMut(&'static str, &str));
}

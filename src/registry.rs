//! The lists of what there is: kinds of entities, pages, tabs, cards and detectors. Each is one file, and one line here.
//!
//! The lists come before everything else, because the configuration names what later modules implement. A module turns
//! its list into values by handing it the name of a macro of its own. The order of lines is the order of display.

/// Kinds of entities: the value in `catalog/kinds/`, and the name as authors write it.
macro_rules! kinds {
    ($with:ident) => {
        $with! {
            component::COMPONENT "Component",
            api::API "API",
            resource::RESOURCE "Resource",
            system::SYSTEM "System",
            domain::DOMAIN "Domain",
            group::GROUP "Group",
            user::USER "User",
            template::TEMPLATE "Template",
            ai_resource::AI_RESOURCE "AiResource",
            location::LOCATION "Location",
        }
    };
}

/// Types of pages, in the order of the plan: the type in `site/pages/`. Of two pages with one address the first counts.
macro_rules! pages {
    ($with:ident) => {
        $with! {
            home::Home,
            catalog::Index,
            catalog::Kinds,
            catalog::Lists,
            catalog::Apis,
            docs_index::DocsIndex,
            explore::Explore,
            graph::Graph,
            decisions::Decisions,
            announcements::Announced,
            radar::Radars,
            create::Create,
            create::Template,
            create::CreateActions,
            impact::Impacts,
            scorecards::Scorecards,
            insights::Insights,
            freshness::Freshness,
            delivery::Delivery,
            dashboards::Dashboards,
            simple::Search,
            problems::Problems,
            status::Status,
            preview::Changes,
            integrations::Attention,
            integrations::Integrations,
            simple::Theme,
            simple::NotFound,
            entity::Entities,
            docs::Documents,
            versions::Versions,
            print::Prints,
            hosting::Files,
        }
    };
}

/// Tabs of entity pages: the type in `site/tabs/`. The module has the name that `entityPages` uses, or the name
/// follows.
macro_rules! tabs {
    ($with:ident) => {
        $with! {
            overview::Overview,
            docs::Docs,
            definition::Definition,
            apis::Apis,
            members::Members,
            adrs::Adrs,
            dependencies::Dependencies,
            impact::Impact,
            mentions::Mentions,
            diagram::Diagram,
            ci_cd::CiCd "ci-cd",
            kubernetes::Kubernetes,
            security::Security,
            incidents::Incidents,
            quality::Quality,
            code_insights::CodeInsights "code-insights",
            packages::Packages,
            integrations::Integrations,
            scorecards::Scorecards,
            raw::Raw,
        }
    };
}

/// Cards of overviews: the type in `site/cards/`. The module has the name that `entityPages` uses, as has its template.
macro_rules! cards {
    ($with:ident) => {
        $with! {
            implied::Implied,
            about::About,
            scorecards::Scorecards,
            announcements::Announcements,
            ownership::Ownership,
            members::Members,
            snapshots::Snapshots,
            rollup::Rollup,
            template::Template,
            location::Location,
            picture::Relations,
            relations::Tables,
            readme::Readme,
            properties::Properties,
            changes::Changes,
            documentation::Documentation,
            decisions::Decisions,
            mentions::Mentions,
            technologies::Technologies,
            links::Links,
            labels::Labels,
        }
    };
}

/// Sorts of evidence that `init` and a portal without a catalog go by: the type in `discover/detectors/`. Of two that say the same
/// thing of a folder, the first one counts.
macro_rules! detectors {
    ($with:ident) => {
        $with! {
            npm::Npm,
            cargo::Cargo,
            maven::Maven,
            go::Go,
            python::Python,
            mkdocs::MkDocs,
            docker::Docker,
            readme::Readme,
            docs::DocsFolder,
            definition::OpenApi,
            graphql::GraphQl,
            grpc::Grpc,
        }
    };
}

pub(crate) use {cards, detectors, kinds, pages, tabs};

//! What rez's configuration says about repositories, as far as it changes what is found.

/// Settings of the filesystem repository plugin and of rez itself.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    /// `allow_unversioned_packages`.
    pub allow_unversioned: bool,
    /// `plugins.package_repository.filesystem.check_package_definition_files`.
    pub check_definition_files: bool,
    /// `package_filenames` of the same, each with `.py` and `.yaml`, in the order in which
    /// they are tried.
    files: Vec<String>,
    stems: Vec<String>,
    /// The tier for what the static one declines.
    #[cfg(feature = "vm")]
    pub vm: Option<crate::vm_tier::VmTier>,
}

impl Default for Settings {
    /// rez's own defaults.
    fn default() -> Self {
        let mut settings = Settings {
            allow_unversioned: true,
            check_definition_files: false,
            files: Vec::new(),
            stems: Vec::new(),
            #[cfg(feature = "vm")]
            vm: None,
        };
        settings.set_stems(vec!["package".to_owned()]);
        settings
    }
}

impl Settings {
    /// Paths are left out: they are no names that a directory holds.
    pub fn set_stems(&mut self, mut stems: Vec<String>) {
        stems.retain(|stem| !stem.contains(std::path::is_separator));
        self.files = stems
            .iter()
            .flat_map(|stem| [format!("{stem}.py"), format!("{stem}.yaml")])
            .collect();
        self.stems = stems;
    }

    pub fn stems(&self) -> impl Iterator<Item = &str> {
        self.stems.iter().map(String::as_str)
    }

    /// The names that a definition may have, in the order in which rez looks for them.
    pub fn file_names(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(String::as_str)
    }
}

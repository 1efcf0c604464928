//! The keys of the sentences of what follows from the figures.

use super::texts;

texts! {
    ActionText, "action.vi.json", "action.en.json";
    PlanTitle,
    PlanHelp,
    PlanForm,
    PlanYear,
    PlanRule,
    RuleSlovin,
    RuleMargin,
    RuleSteps,
    PlanFakes,
    PlanSummary,
    PlanGap,
    ToDossiers,
    PlanUnit,
    PlanDossiers,
    PlanTarget,
    PlanDone,
    PlanProgress,
    PlanMonthly,
    PlanCalls,
    PlanUnknown,
    PlanEstimated,
    PlanHow,
    PlanTargetHelp,
    PlanStepsHelp,
    CallBackHelp,
    CallBackWay,
}

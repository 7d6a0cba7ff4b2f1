/** A film project has changed: what follows is in AIProjectHandler. */
trigger AIProjectTrigger on AI_Project__c (after insert, after update) {
    AIProjectHandler.tellOfFinishedFilms(Trigger.new, Trigger.oldMap);
}
